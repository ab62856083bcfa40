"""A world of sixty people over nine days, the size of most tests."""

from collections.abc import Iterator

from tillstream.core.contracts import SOURCE_TOPICS
from tillstream.data.sources.world import Rows, WorldSettings, simulate_days

SMALL = WorldSettings(customers=60, days=9, seed=7)


def run(settings: WorldSettings) -> Rows:
    """All events of a world."""
    return Rows.joined([day.rows for day in simulate_days(settings)])


def events_of(rows: Rows) -> Iterator[tuple[str, str, int, bytes]]:
    """Topic, key, time of reception and bytes, one after the other."""
    for number, key, at, value in zip(rows.topic, rows.key, rows.received_at_us.tolist(), rows.value, strict=True):
        yield SOURCE_TOPICS[number], key, at, value
