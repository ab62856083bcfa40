"""Runs the services: starts them in order, watches them, starts them again, ends them all."""

import json
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from tillstream.core.errors import ServiceError
from tillstream.core.telemetry import logger
from tillstream.operations.stack.memory import resident_bytes
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.ports import require_free
from tillstream.operations.stack.processes import born_at, is_same, signal_group, stop_all, trim_log
from tillstream.operations.stack.service import Service, waves
from tillstream.operations.stack.status import Phase, StackStatus, write_status
from tillstream.operations.stack.watched import Watched

OnChange = Callable[[StackStatus], None]


class Supervisor:
    """All services of one home. Runs in the main thread of a process of its own: see `processes`."""

    def __init__(
        self,
        services: Sequence[Service],
        places: Places,
        *,
        stop_seconds: float,
        memory_limit_bytes: int,
        environment: Mapping[str, str] | None = None,
        on_change: OnChange | None = None,
        look_seconds: float = 0.25,
        weigh_seconds: float = 1.0,
    ) -> None:
        self._waves = waves(services)
        self._watched = {
            service.name: Watched(service, places, environment or {}, stop_seconds)
            for wave in self._waves
            for service in wave
        }
        self._places, self._stop_seconds, self._limit = places, stop_seconds, memory_limit_bytes
        self._on_change = on_change
        self._look_seconds, self._weigh_seconds = look_seconds, weigh_seconds
        self._shown: tuple[tuple[str, Phase], ...] = ()
        self._started_at, self._born = time.time(), born_at(os.getpid()) or 0.0
        self._weighed = self._written = 0.0

    def run(self, stopping: Callable[[], bool]) -> None:
        """Keeps the services running until `stopping`; raises PortTaken, ServiceError. Ends all that it started."""
        sweep(self._places, self._stop_seconds)
        require_free(watched.service for watched in self._watched.values())
        self._places.jobs.unlink(missing_ok=True)
        try:
            while not stopping():
                self.tick()
                if failed := [w for w in self._watched.values() if w.phase is Phase.FAILED]:
                    raise ServiceError("; ".join(f"{w.service.name}: {w.why}" for w in failed))
                busy = any(watched.phase is not Phase.READY for watched in self._watched.values())
                time.sleep(self._look_seconds / 5 if busy else self._look_seconds)
        finally:
            self.shut_down()

    def tick(self) -> None:
        """One look at everything."""
        for watched in self._watched.values():
            if watched.phase is Phase.WAITING:
                if all(self._watched[name].was_ready for name in watched.service.needs):
                    watched.start()
            else:
                watched.look()
        now = time.monotonic()
        if now - self._weighed >= self._weigh_seconds:
            self._weighed = now
            self._weigh()
        self._publish(now)

    def _weigh(self) -> None:
        running = {w.process.pid: w for w in self._watched.values() if w.process is not None}
        for pid, resident in resident_bytes(running).items():
            running[pid].weigh(resident, self._limit)
        for watched in running.values():
            trim_log(self._places.log(watched.service.name))

    def _publish(self, now: float, *, stopping: bool = False) -> None:
        services = tuple(watched.seen() for watched in self._watched.values())
        shown = tuple((service.name, service.phase) for service in services)
        if shown == self._shown and now - self._written < self._weigh_seconds:
            return
        status = StackStatus(os.getpid(), self._born, self._started_at, time.time(), stopping, services)
        # What a full disk does not take now is written at the next look.
        with suppress(OSError):
            write_status(self._places.status, status)
        if self._on_change is not None and shown != self._shown:
            self._on_change(status)
        self._shown, self._written = shown, now

    def shut_down(self) -> None:
        """Ends the services, those that others need last; nothing of theirs is left running."""
        for wave in reversed(self._waves):
            running = [w for s in wave if (w := self._watched[s.name]).process is not None]
            patience_seconds = max((watched.patience_seconds for watched in running), default=0.0)
            stop_all([w.process for w in running if w.process is not None], patience_seconds)
            for watched in (self._watched[service.name] for service in wave):
                watched.forget()
                watched.turn(Phase.STOPPED, watched.why if watched.phase is Phase.FAILED else "")
            self._publish(time.monotonic(), stopping=True)


def sweep(places: Places, stop_seconds: float) -> list[str]:
    """Ends what a killed supervisor left behind, by pid and birth; the names of what was found running."""
    found: list[tuple[str, int, float]] = []
    for file in sorted(places.pid("any").parent.glob("*.pid")):
        left = json.loads(file.read_bytes())
        if left["born"] is not None and is_same(left["pid"], left["born"]):
            found.append((file.stem, left["pid"], left["born"]))
        file.unlink()
    for _, pid, _ in found:
        signal_group(pid, signal.SIGTERM)
        signal_group(pid, signal.SIGCONT)
    deadline = time.monotonic() + stop_seconds
    while time.monotonic() < deadline and any(is_same(pid, born) for _, pid, born in found):
        time.sleep(0.05)
    for name, pid, born in found:
        logger("stack").warning("leftover_ended", name=name, pid=pid)
        if is_same(pid, born):
            signal_group(pid, signal.SIGKILL)
    return [name for name, _, _ in found]
