from dataclasses import replace
from pathlib import Path

from tests.unit.features.live_loop import IDS, SCHEMA, LiveLoop
from tests.unit.features.small_log import DAY_US, START, SilverTables, small_log

from tillstream.core.contracts import to_micros
from tillstream.features.costs import row_bytes_at_most
from tillstream.features.offline.row_sizes import rows_expected
from tillstream.features.online.footprint import ENTRY_BYTES, SERVER_BYTES, Rows, footprint


def test_all_kinds_together_are_what_is_compared_with_the_store() -> None:
    rows = {"card": Rows(1_000, 800.0, 20.0), "device": Rows(10)}
    need = footprint(SCHEMA, rows, 2**30)
    card, device = need.needs
    assert card.expected_bytes == 1_000 * (ENTRY_BYTES + len("f:card:") + 20 + 800)
    assert (card.row_at_most, device.expected_bytes) == (row_bytes_at_most(SCHEMA.groups["card"]), None)
    assert need.expected_bytes == SERVER_BYTES + card.expected_bytes + device.at_most_bytes
    assert need.at_most_bytes > need.expected_bytes


def test_what_is_expected_decides_and_no_bound_holds_everything() -> None:
    need = footprint(SCHEMA, {"card": Rows(1_000_000, 800.0)}, 512 * 2**20)
    assert not need.fits
    assert replace(need, most_bytes=0).fits
    assert replace(need, most_bytes=2**30).fits


def test_rows_are_expected_as_long_as_they_become(tmp_path: Path) -> None:
    loop = LiveLoop(tmp_path / "log", small_log(11, 250, days=4.0))
    records = loop.records()
    for start in range(0, len(records), 40):
        loop.count(records[start : start + 40])
    loop.release()
    rows = loop.rows()
    expected = rows_expected(SilverTables(loop.events), SCHEMA, to_micros(START) + 5 * DAY_US)
    for entity in IDS:
        made = [len(row) for key, row in rows.items() if key.startswith(f"{entity}:")]
        assert expected[entity].entities == len(made), entity
        assert 0.9 < expected[entity].row_bytes / (sum(made) / len(made)) < 1.1, entity
