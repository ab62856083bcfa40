"""A stack's status in words."""

import time
from collections.abc import Iterator

from tillstream.operations.stack.status import JobStatus, ServiceStatus, StackStatus

MIB = 2**20


def service_line(service: ServiceStatus) -> str:
    """One service on one line."""
    parts = [f"{service.name:<10} {service.phase.value:<12}"]
    if service.start_seconds is not None:
        parts.append(f"{service.start_seconds:5.1f} s to start")
    if service.memory_bytes:
        parts.append(f"{service.memory_bytes / MIB:6.0f} MiB (peak {service.peak_bytes / MIB:.0f})")
    if service.pid:
        parts.append(f"pid {service.pid}")
    if service.port:
        parts.append(f"port {service.port}")
    if service.metrics_url:
        parts.append(f"metrics {service.metrics_url}")
    if service.restarts:
        parts.append(f"{service.restarts} restarts")
    if service.why:
        parts.append(service.why)
    return "  ".join(parts)


def job_line(job: JobStatus, now: float) -> str:
    """One job on one line, with its last result."""
    if job.running:
        last = "runs now"
    elif job.last_at is None:
        last = f"first in {max(0.0, job.next_at - now):.0f} s"
    else:
        word = "ok" if job.last_exit == 0 else f"exit {job.last_exit}"
        last = f"{word} {now - job.last_at:.0f} s ago, took {job.last_seconds:.1f} s, next in {job.next_at - now:.0f} s"
        last += "" if job.last_exit == 0 else f": {job.last_line}"
    return f"{job.name:<15} every {job.every_seconds / 60:4.0f} min  {job.runs:>4} runs  {last}"


def status_lines(status: StackStatus, now: float | None = None) -> Iterator[str]:
    """The whole stack."""
    at = time.time() if now is None else now
    state = "stopping" if status.stopping else "ready" if status.ready else "not ready"
    since = at - status.started_at
    yield f"stack {state}, pid {status.pid}, for {since:.0f} s, {status.memory_bytes / MIB:,.0f} MiB in all"
    yield from map(service_line, status.services)
    for job in status.jobs:
        yield job_line(job, at)
    if status.url:
        yield status.url
