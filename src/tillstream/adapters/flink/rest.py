"""The few questions we ask a JobManager; the standard library's HTTP is enough for them."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tillstream.core.errors import ServiceError, Transient

_ANSWER_SECONDS: Final = 10.0
_OVER: Final = frozenset({"FINISHED", "FAILED", "CANCELED", "SUSPENDED"})


class FlinkUnavailable(ServiceError, Transient):
    """The JobManager does not answer, or refused; it may later."""


@dataclass(frozen=True, slots=True)
class FlinkJob:
    """A job as its cluster sees it."""

    job_id: str
    name: str
    state: str
    started_ms: int

    @property
    def is_over(self) -> bool:
        """Whether it will never run again by itself."""
        return self.state in _OVER


class FlinkRest:
    """A JobManager at an address. Every method raises FlinkUnavailable when it does not answer."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def jobs(self) -> list[FlinkJob]:
        """All jobs it knows of, the newest first."""
        found = [
            FlinkJob(job["jid"], job["name"], job["state"], job["start-time"])
            for job in self._ask("GET", "/jobs/overview")["jobs"]
        ]
        return sorted(found, key=lambda job: -job.started_ms)

    def active(self, name: str) -> FlinkJob | None:
        """The job of that name that runs or will; None without one."""
        return next((job for job in self.jobs() if job.name == name and not job.is_over), None)

    def reason(self, job_id: str) -> str:
        """What last failed a job, the innermost cause of it; empty if nothing has."""
        history = self._ask("GET", f"/jobs/{job_id}/exceptions?maxExceptions=1")["exceptionHistory"]["entries"]
        lines = str(history[0]["stacktrace"]).splitlines() if history else [""]
        return next((line for line in reversed(lines) if line.startswith("Caused by: ")), lines[0])[:500]

    def watermark_ms(self, job_id: str) -> int | None:
        """The least watermark that reached the job's operators; None before any did."""
        vertices = self._ask("GET", f"/jobs/{job_id}")["vertices"]
        marks = [
            int(one["value"])
            for vertex in vertices
            for one in self._ask("GET", f"/jobs/{job_id}/vertices/{vertex['id']}/watermarks")
        ]
        known = [mark for mark in marks if mark > -(2**62)]
        return min(known) if known else None

    def cancel(self, job_id: str) -> None:
        """Ends a job without a savepoint."""
        self._ask("PATCH", f"/jobs/{job_id}?mode=cancel")

    def stop(self, job_id: str, folder: str, *, patience_seconds: float) -> str:
        """Stops a job with a savepoint under `folder` (a URI) and gives its place."""
        body = {"targetDirectory": folder, "drain": False}
        return self._savepoint(job_id, "stop", body, patience_seconds)

    def savepoint(self, job_id: str, folder: str, *, patience_seconds: float) -> str:
        """Writes a savepoint under `folder` (a URI) and gives its place; the job runs on."""
        return self._savepoint(job_id, "savepoints", {"target-directory": folder}, patience_seconds)

    def _savepoint(self, job_id: str, verb: str, body: Mapping[str, object], patience_seconds: float) -> str:
        trigger = self._ask("POST", f"/jobs/{job_id}/{verb}", body)["request-id"]
        until = time.monotonic() + patience_seconds
        while time.monotonic() < until:
            answer = self._ask("GET", f"/jobs/{job_id}/savepoints/{trigger}")
            if answer["status"]["id"] == "COMPLETED":
                operation = answer["operation"]
                if "location" not in operation:
                    cause = str(operation.get("failure-cause", {}).get("class", operation))
                    raise FlinkUnavailable(f"job {job_id} made no savepoint: {cause}; it may be restarting, try again")
                return str(operation["location"])
            time.sleep(0.1)
        raise FlinkUnavailable(f"job {job_id} made no savepoint in {patience_seconds:.0f} s; see the JobManager's log")

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        line = http.client.HTTPConnection(self._host, self._port, timeout=_ANSWER_SECONDS)
        try:
            line.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise FlinkUnavailable(f"no JobManager answers at {self._host}:{self._port}: {error!r}") from error
        finally:
            line.close()
        if answer.status >= 400:
            raise FlinkUnavailable(
                f"Flink refused {method} {path}: {answer.status} {said[:300].decode(errors='replace')}"
            )
        return json.loads(said or b"{}")
