"""One demo from an empty home to a shop with visitors: the stack and the visitors as children, the steps between."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tillstream.core.errors import ServiceError
from tillstream.operations.demo.home import disk_bytes, start_afresh
from tillstream.operations.demo.runner import Done, Runner
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.steps import Check, Step, Told
from tillstream.operations.stack.control import running_stack
from tillstream.operations.stack.memory import resident_bytes
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.processes import launch, open_log, stop_all
from tillstream.operations.stack.status import read_status
from tillstream.operations.stack.watched import last_line

WEIGH_SECONDS: Final = 0.5
VISITORS: Final = ("tillstream", "sources", "live")
LIVE_TOPICS: Final = ("clicks.v1", "impressions.v1", "orders.v1")
ENOUGH: Final = 20
"""Events of live visitors after which they count as there."""


@dataclass(slots=True)
class Demo:
    """The processes of one demo and what they were seen to hold; to be used with `with`."""

    places: Places
    environment: Mapping[str, str]
    stop_seconds: float
    tell: Callable[[str], None]
    peak_bytes: int = 0
    peak_by_step: dict[str, int] = field(default_factory=dict)
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _weighed: float = 0.0

    def __enter__(self) -> "Demo":
        return self

    def __exit__(self, *error: object) -> None:
        """Ends visitors, then the stack; the supervisor ends its services in its own time."""
        for name in reversed(self._children):
            stop_all([self._children[name]], self.stop_seconds * 3)
        self._children.clear()

    def start(self, name: str, command: Sequence[str]) -> None:
        """Starts a process that runs as long as the demo."""
        with open_log(self.places.log(name)) as output:
            self._children[name] = launch(command, output, self.environment)

    def watch(self, running: Mapping[str, int]) -> None:
        """Sees that the children live and what all hold; raises ServiceError with the last line of one that ended."""
        for name, process in self._children.items():
            if process.poll() is not None:
                raise ServiceError(f"{name} ended: {last_line(self.places.log(name)) or 'it left no word'}")
        now = time.monotonic()
        if now - self._weighed < WEIGH_SECONDS:
            return
        self._weighed = now
        held = resident_bytes([os.getpid(), *running.values()])
        self.peak_bytes = max(self.peak_bytes, held[os.getpid()])
        for name, pid in running.items():
            self.peak_by_step[name] = max(self.peak_by_step.get(name, 0), held[pid])

    def run(self, steps: Sequence[Step], stopping: Callable[[], bool]) -> list[Done] | None:
        """All steps, each told when it is done; None when it was stopped before."""
        runner = Runner(
            self.places.log("demo").parent,
            self.environment,
            at_once=max(2, os.cpu_count() or 2),
            watch=self.watch,
            on_done=lambda done: self.tell(step_line(done)),
        )
        return runner.run(steps, stopping)

    def stay(self, stopping: Callable[[], bool]) -> None:
        """Keeps watch until `stopping`."""
        while not stopping():
            self.watch({})
            time.sleep(0.2)

    def peaks(self) -> dict[str, int]:
        """The most each service and each step was seen to hold."""
        status = read_status(self.places.status, self.places.jobs)
        services = {} if status is None else {service.name: service.peak_bytes for service in status.services}
        return {**services, **self.peak_by_step}


def prepare(places: Places, *, keep: bool) -> None:
    """Makes the home a demo's; raises ServiceError where a stack runs or the home is not a demo's."""
    if running := running_stack(places):
        raise ServiceError(f"a stack runs here already (pid {running.pid}); stop it with: tillstream stack down")
    if not keep:
        start_afresh(places.home)


def visitors_there(scene: Scene, demo: Demo, rate: int) -> Check:
    """Lets visitors in at the first look, and is done when their events are on the log."""
    before: list[int] = []

    def check(output: str) -> Told | None:  # noqa: ARG001  no command
        if not before:
            before.append(scene.on_log(LIVE_TOPICS))
            demo.start("visitors", (*VISITORS, "--api", scene.shop.url, "--rate", str(rate)))
        came = scene.on_log(LIVE_TOPICS) - before[0]
        decisions = scene.on_log(["decisions.v1"])
        if came < ENOUGH or not decisions:
            return None
        return Told(f"{came} live events, {decisions} decisions on the log", {"events": came, "decisions": decisions})

    return check


def step_line(done: Done) -> str:
    """One step on one line, with what it has to add below."""
    first = f"{done.step.name:<12} {done.told.line:<96} {done.seconds:6.1f} s"
    return "\n".join([first, *(f"{'':<12} {line}" for line in done.told.more)])


def summary(demo: Demo, done: Sequence[Done], *, seconds: float, url: str) -> dict[str, Any]:
    """All steps with their seconds and facts."""
    return {
        "ok": True,
        "url": url,
        "seconds": round(seconds, 1),
        "peak_memory_bytes": demo.peak_bytes,
        "peak_memory_by_process": demo.peaks(),
        "disk_bytes": disk_bytes(demo.places.home),
        "steps": {one.step.name: {"seconds": round(one.seconds, 2), **one.told.facts} for one in done},
    }
