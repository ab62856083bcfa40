"""What Prometheus would read, and what the JobManager answers."""

import http.client
import json
import re
from typing import Any

_SAMPLE = re.compile(r"^(\w+)\{(.*)\} (\S+)$", re.MULTILINE)


def scraped(port: int, name: str, *, job: str = "") -> float:
    """The sum of a metric's samples, of that job if one is named; -1.0 without any."""
    samples = [
        float(value)
        for found, labels, value in _SAMPLE.findall(_got(port, "/metrics"))
        if found == name and job in labels
    ]
    return sum(samples) if samples else -1.0


def asked(port: int, path: str) -> Any:
    """The JSON at a path of its REST API."""
    return json.loads(_got(port, path))


def _got(port: int, path: str) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10.0)
    try:
        line.request("GET", path)
        return line.getresponse().read().decode()
    finally:
        line.close()
