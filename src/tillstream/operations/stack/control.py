"""Finding, waiting for and stopping a stack from another process."""

import os
import signal
import time
from collections.abc import Callable

from tillstream.core.errors import ServiceError
from tillstream.core.locks import is_held
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.processes import is_same
from tillstream.operations.stack.status import Phase, StackStatus, read_status
from tillstream.operations.stack.supervisor import sweep
from tillstream.operations.stack.watched import last_line


def running_stack(places: Places) -> StackStatus | None:
    """What the running stack of this home said last; None when none runs."""
    if not is_held(places.lock):
        return None
    status = read_status(places.status, places.jobs)
    return status if status is not None and is_same(status.pid, status.born) else None


def wait_until_ready(
    places: Places, *, alive: Callable[[], bool], seconds: float, pause_seconds: float = 0.05
) -> StackStatus:
    """The status once every service is ready; raises ServiceError that names what is not, and why."""
    deadline = time.monotonic() + seconds
    status = None
    while time.monotonic() < deadline:
        status = running_stack(places)
        if status is not None and status.ready:
            return status
        if not alive():
            raise ServiceError(f"the stack ended: {last_line(places.log('stack')) or 'it left no word'}")
        time.sleep(pause_seconds)
    late = [] if status is None else [f"{s.name}: {s.why}" for s in status.services if s.phase is not Phase.READY]
    raise ServiceError(f"not ready after {seconds:.0f} s: {'; '.join(late) or 'no status yet'}")


def stop_stack(places: Places, stop_seconds: float) -> str:
    """Ends the running stack and whatever a killed one left; says what there was to end."""
    status = running_stack(places)
    if status is None:
        left = sweep(places, stop_seconds)
        return f"ended what a killed stack left: {', '.join(left)}" if left else "no stack runs here"
    os.kill(status.pid, signal.SIGTERM)
    deadline = time.monotonic() + stop_seconds * (len(status.services) + 1)
    while is_same(status.pid, status.born):
        if time.monotonic() > deadline:
            os.kill(status.pid, signal.SIGKILL)
            sweep(places, stop_seconds)
            return f"killed the stack (pid {status.pid}), which did not stop by itself"
        time.sleep(0.05)
    return f"stopped {len(status.services)} services"
