"""Every fault, as data: what is done, on which sets, to which feed."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from research.faults import strikes
from research.faults.order import shuffled, thrice
from research.faults.stage import Stage
from research.faults.strikes import Strike
from research.faults.three_brokers import kill_next_broker, with_three_brokers
from tests.oracle.sending import HOUR, USUAL, Habits, Sent

BOTH = ("embedded", "distributed")
EMBEDDED = ("embedded",)
DISTRIBUTED = ("distributed",)
THRICE_AS_FAST = 3.0
BRONZE = "bronze/clicks"


@dataclass(frozen=True)
class Fault:
    """One fault: `strike` comes at each of `moments`, shares of the feed; without one the feed itself is the fault."""

    name: str
    what: str
    sets: tuple[str, ...] = BOTH
    strike: Strike | None = None
    service: str | None = None
    """Whose bare start is told beside the recovery."""
    moments: tuple[float, ...] = (0.25, 0.45, 0.65)
    habits: Habits = USUAL
    arrange: Callable[[Iterator[Sent]], Iterator[Sent]] = iter
    through_door: bool = False
    faster: float = 1.0
    prepare: Callable[[Stage], AbstractContextManager[object]] = nullcontext

    @property
    def shares_a_stack(self) -> bool:
        """Whether other faults may be tried before and after it on one stack."""
        return self.prepare is nullcontext and not self.through_door


def kills() -> Iterator[Fault]:
    """`kill -9` of each process."""
    for name, what, sets in (
        ("lake", "the lake worker; on Spark of the driver, of its Java and of its Python", BOTH),
        ("features", "the feature worker", BOTH),
        ("streaming", "the worker of sessions and patterns", EMBEDDED),
        ("valkey", "Valkey", BOTH),
        ("kafka", "the broker", DISTRIBUTED),
        ("jobmanager", "Flink's JobManager", DISTRIBUTED),
        ("taskmanager", "Flink's TaskManager", DISTRIBUTED),
    ):
        yield Fault(f"kill-{name}", f"kill -9 of {what}, three times", sets, strikes.kill(name), name)
    yield Fault(
        "kill-one-broker-of-three",
        "kill -9 of one of three brokers, which stays away until the next one's turn, each once",
        DISTRIBUTED,
        kill_next_broker,
        prepare=with_three_brokers,
    )
    yield Fault(
        "kill-lake-in-commit",
        "kill -9 of the lake worker or Spark driver when bronze has a new version and neither silver, group nor "
        "checkpoint was told, three times",
        BOTH,
        strikes.kill("lake", strikes.on_delta_commit(BRONZE), strikes.bronze_ahead("clicks")),
        "lake",
    )
    yield Fault(
        "kill-taskmanager-in-commit",
        "kill -9 of the TaskManager while a checkpoint is being made, three times",
        DISTRIBUTED,
        strikes.kill("taskmanager", strikes.on_flink_checkpoint, strikes.checkpoint_seen),
        "taskmanager",
    )
    yield Fault(
        "kill-api",
        "kill -9 of the API, three times, all events through its door",
        BOTH,
        strikes.kill("api"),
        "api",
        habits=NO_POISON,
        through_door=True,
    )


def freezes() -> Iterator[Fault]:
    """SIGSTOP of each process for longer than its lease."""
    in_commit = strikes.freeze("lake", ("lake", "work"), strikes.on_delta_commit(BRONZE), "silver/clicks")
    heir_of_features = strikes.freeze("features", ("features", "work"))
    heir_of_streaming = strikes.freeze("streaming", ("streaming", "run"))
    for name, what, strike, sets in (
        ("lake", "the lake worker or Spark driver between two commits, an heir at work", in_commit, BOTH),
        ("features", "the feature worker, with an heir at work", heir_of_features, BOTH),
        ("streaming", "the worker of sessions and patterns, with an heir at work", heir_of_streaming, EMBEDDED),
        ("valkey", "Valkey", strikes.freeze("valkey"), BOTH),
        ("kafka", "the broker", strikes.freeze("kafka"), DISTRIBUTED),
        ("jobmanager", "Flink's JobManager", strikes.freeze("jobmanager"), DISTRIBUTED),
        ("taskmanager", "Flink's TaskManager", strikes.freeze("taskmanager"), DISTRIBUTED),
    ):
        yield Fault(
            f"freeze-{name}",
            f"SIGSTOP for {what}, longer than its lease: 30 s at full size",
            sets,
            strike,
            name,
            moments=(0.2,),
            faster=0.6,
        )
    yield Fault(
        "freeze-api",
        "SIGSTOP for the API, 30 s at full size, all events through its door",
        BOTH,
        strikes.freeze("api"),
        "api",
        moments=(0.3,),
        habits=NO_POISON,
        through_door=True,
    )


def feeds() -> Iterator[Fault]:
    """Events that come as they should not."""
    yield Fault("thrice", "every event sent three times", arrange=thrice, faster=THRICE_AS_FAST)
    late = Habits(late=((0.05, HOUR, HOUR), (0.01, 48 * HOUR, 48 * HOUR)))
    yield Fault("late", "5 % of the events late by an hour, 1 % by two days", habits=late)
    yield Fault("shuffled", "every event held up by up to 8 s of event time, so out of order", arrange=shuffled)
    yield Fault("poison", "every tenth record is poison, of ten kinds", habits=Habits(poison=0.1))


def surroundings() -> Iterator[Fault]:
    """The clock and the disk."""
    yield Fault(
        "clock-steps",
        "the wall clock of all our Python processes steps an hour ahead, two back, and right again",
        BOTH,
        strikes.step_clock,
        habits=NO_POISON,
        through_door=True,
        prepare=with_stepping_clock,
    )
    yield Fault(
        "full-disk",
        "no byte free on the disk of the whole home, for 10 s at full size; all events through the door",
        BOTH,
        strikes.fill(lambda stage: stage.home),
        moments=(0.3,),
        habits=NO_POISON,
        through_door=True,
        prepare=lambda stage: small_disk(stage.home),
    )
    yield Fault(
        "full-disk-lake",
        "no byte free where the lake lies, for 10 s at full size",
        BOTH,
        strikes.fill(lambda stage: stage.settings.lake_path),
        moments=(0.3,),
        prepare=lambda stage: small_disk(stage.settings.lake_path),
    )


NO_POISON = Habits(poison=0.0)
CLOCK = Path(__file__).with_name("clock")


@contextmanager
def with_stepping_clock(stage: Stage) -> Iterator[None]:
    """Every Python process of the stack reads its wall clock through `clock/sitecustomize.py`."""
    offset = stage.home / "clock-offset"
    offset.write_text("0")
    paths = [str(CLOCK), *filter(None, [os.environ.get("PYTHONPATH")])]
    stage.environment |= {"TILLSTREAM_FAULTS_CLOCK": str(offset), "PYTHONPATH": os.pathsep.join(paths)}
    yield


DISK_MEBIBYTES = 1_024


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A tmpfs there, which only root may mount; raises RuntimeError where it may not."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEBIBYTES}m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"needs root to mount a tmpfs: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def catalogue() -> Mapping[str, Fault]:
    """All faults by name."""
    return {fault.name: fault for make in (kills, freezes, feeds, surroundings) for fault in make()}
