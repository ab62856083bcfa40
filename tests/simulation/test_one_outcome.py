"""Two hundred ways to tell, cut and interrupt the same events: one hash of silver, sessions and alerts."""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.simulation.live import digest, fill, outcome
from tests.simulation.world import LATENESS_MS, base, ends, told_otherwise

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.data.streaming.logic.patterns import PATTERNS

SEEDS = int(os.environ.get("SEEDS", "200"))
IN_MEMORY = Path("/dev/shm")  # noqa: S108  two hundred logs that nobody needs on a disk


@pytest.fixture(scope="module")
def empty() -> Iterator[Path]:
    """A log with its files made and nothing in them, to be copied."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        log = SqliteLog(Path(folder) / "empty")
        for topic in ("accounts.v1", "clicks.v1", "orders.v1", "payments.v1", "sessions.v1", "fraud_alerts.v1"):
            log.end_offsets(topic)
        log.end_offsets("outcomes.v1")
        log.close()
        yield Path(folder) / "empty"


@pytest.fixture(scope="module")
def plain(empty: Path) -> dict[str, list[object]]:
    """What the events come to when each is told once, in order."""
    folder = empty.with_name("plain")
    shutil.copytree(empty, folder)
    fill(folder, [*base(), *ends()], random.Random(0))
    return outcome(folder, random.Random(0))


def test_the_world_has_something_of_everything(plain: dict[str, list[object]]) -> None:
    assert {alert["pattern"] for alert in plain["alerts"]} == set(PATTERNS)  # type: ignore[index]
    closed = [row for row in plain["sessions"] if row.get("closed")]  # type: ignore[attr-defined]
    assert len(closed) >= 5
    assert sum(not key.rpartition("|")[2].startswith("end-") for key, _ in plain["silver"]) == len(base()) - 1  # type: ignore[misc]


def test_any_order_at_all_comes_to_the_same_sessions_after_a_batch_run(empty: Path) -> None:
    found = []
    for seed in range(0, SEEDS, 4):
        chance = random.Random(seed)
        folder = empty.with_name(f"any-{seed}")
        shutil.copytree(empty, folder)
        events = told_otherwise(base(), chance, within_us=None) if seed else base()
        fill(folder, [*events, *ends()], chance)
        found.append(digest(outcome(folder, chance, then_correct=True)))
        assert found[-1] == found[0], f"seed {seed}"
        shutil.rmtree(folder)


@pytest.mark.parametrize("part", range(4))
def test_delays_copies_batches_and_crashes_do_not_show(empty: Path, plain: dict[str, list[object]], part: int) -> None:
    expected = digest(plain)
    for seed in range(part, SEEDS, 4):
        chance = random.Random(seed)
        folder = empty.with_name(f"seed-{seed}")
        shutil.copytree(empty, folder)
        events = told_otherwise(base(), chance, within_us=LATENESS_MS * 1000)
        fill(folder, [*events, *ends()], chance)
        found = outcome(folder, chance)
        assert digest(found) == expected, f"seed {seed}"
        shutil.rmtree(folder)
