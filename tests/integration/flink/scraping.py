"""What Prometheus would read."""

import http.client
import re

_SAMPLE = re.compile(r"^(\w+)\{(.*)\} (\S+)$", re.MULTILINE)


def scraped(port: int, name: str, *, job: str = "") -> float:
    """The sum of a metric's samples, of that job if one is named; -1.0 without any."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10.0)
    try:
        line.request("GET", "/metrics")
        text = line.getresponse().read().decode()
    finally:
        line.close()
    samples = [float(value) for found, labels, value in _SAMPLE.findall(text) if found == name and job in labels]
    return sum(samples) if samples else -1.0
