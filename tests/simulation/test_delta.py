"""The same on real Delta tables: whatever is told twice, cut or interrupted, silver and gold are the same rows.

SEEDS=200 is the full size; the lane takes a few.
"""

import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from tests.oracle.sending import Habits, Sent, draw
from tests.simulation.crashes import Crash, CrashingLog, Fate, bury

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import LakeSettings
from tillstream.data.batch.gold import build_gold
from tillstream.data.lake import Lake
from tillstream.data.lake.digest import table_digest
from tillstream.data.lake.writing import TableWriter
from tillstream.data.streaming.embedded.lake_worker import LakeWorker

pytestmark = [pytest.mark.kill, pytest.mark.timeout(3_600)]

SEEDS = int(os.environ.get("SEEDS", "3"))
TOPICS = ("clicks.v1", "orders.v1", "stock.v1", "products.v1", "dead_letters.v1")
SENT = [one for one in draw(17, 400, Habits(copies=0.0, poison=0.02)) if one.topic in TOPICS]


def told(folder: Path, sent: Sequence[Sent], chance: random.Random) -> None:
    """Appends in portions of drawn sizes."""
    log, left = SqliteLog(folder), list(sent)
    while left:
        portion, left = left[: (size := chance.randrange(1, 200))], left[size:]
        for topic in dict.fromkeys(one.topic for one in portion):
            records = [NewRecord(s.key, s.value, {RECEIVED_AT: str(s.received_at_us)}) for s in portion]
            log.append(topic, [record for record, s in zip(records, portion, strict=True) if s.topic == topic])
    log.close()


def landed(root: Path, fate: Fate, chance: random.Random) -> dict[str, str]:
    """The digests of all tables once a worker came to the log's end alive."""
    lake = Lake(root / "lake")
    rows = chance.randrange(40, 400)
    settings = LakeSettings(commit_rows=rows, commit_seconds=0.05, compact_after_commits=chance.randrange(2, 9))
    while True:
        log = CrashingLog(root / "log", fate)
        try:
            LakeWorker(log, lake, settings, topics=TOPICS).run(lambda: False, until_caught_up=True)
            break
        except Crash:
            pass
        finally:
            bury(log, root / "log")
    build_gold(lake)
    found = {name: table_digest(lake, name) for name in lake.tables() if not name.startswith("bronze.")}
    # A dead letter names the place where it lay, which another order moves.
    letters = lake.arrow("silver.dead_letters", ["event_id", "original", "received_at"]).to_pylist()
    return found | {"silver.dead_letters": str(sorted(letters, key=lambda row: str(row["event_id"])))}


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch) -> Fate:
    """Also before and after each commit of a table, once it has a chance to draw from."""
    one, append = Fate(random.Random(0)), TableWriter.append

    def crashing(self: TableWriter, rows: pa.Table, positions: Mapping[str, int]) -> None:
        one.decide()
        append(self, rows, positions)
        one.decide()

    monkeypatch.setattr(TableWriter, "append", crashing)
    return one


def test_order_copies_batches_and_crashes_do_not_show_in_any_table(tmp_path: Path, fate: Fate) -> None:
    fate.stop()
    told(tmp_path / "plain" / "log", SENT, random.Random(0))
    expected = landed(tmp_path / "plain", fate, random.Random(0))
    assert {"silver.clicks", "silver.dead_letters", "gold.product_daily"} <= set(expected)
    crashes = 0
    for seed in range(SEEDS):
        chance = random.Random(seed)
        fate.begin(chance)
        copies = [one for one in SENT for _ in range(chance.choice((1, 1, 1, 2, 3)))]
        chance.shuffle(copies)
        told(tmp_path / str(seed) / "log", copies, chance)
        assert landed(tmp_path / str(seed), fate, chance) == expected, f"seed {seed}"
        crashes += fate.crashes
    assert crashes >= SEEDS
