"""Two lakes, table by table."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from tillstream.data.lake import Lake, table_names
from tillstream.data.lake.digest import rows_only_in, table_digest

GROWING: Final = frozenset({"silver.sessions"})
"""Told in parts, as often as an engine likes; `gold.sessions` keeps the last word of each and is compared."""
LIVE: Final = frozenset({"silver.fraud_alerts"})
"""Seen live only: equal where nothing came later than the watermark."""

DEAD_LETTERS: Final = "silver.dead_letters"


@dataclass(frozen=True, slots=True)
class Compared:
    """One table on both sides: `<rows>:<digest>`."""

    table: str
    one: str
    other: str

    @property
    def equal(self) -> bool:
        """Whether both hold the same rows."""
        return self.one == self.other


def compare(one: Lake, other: Lake, *, late: bool, moved: bool = False) -> Iterator[Compared]:
    """Every silver and gold table; a table that a side lacks counts as empty.

    With `moved`, dead letters are compared by their ids: each names its place, and places are of a log.
    """
    left_out = GROWING | (LIVE if late else frozenset())
    for name in table_names():
        if not name.startswith("bronze.") and name not in left_out:
            digest = _ids_digest if moved and name == DEAD_LETTERS else table_digest
            yield Compared(name, digest(one, name), digest(other, name))


def _ids_digest(lake: Lake, name: str) -> str:
    ids = sorted(lake.arrow(name, ["event_id"])["event_id"].to_pylist())
    return f"{len(ids)}:{sha256(' '.join(ids).encode()).hexdigest()[:16]}"


def differing_rows(one: Lake, other: Lake, table: str) -> Iterator[str]:
    """The first few rows that only one side has, with the side: `1` or `2`."""
    for side, here, there in ((1, one, other), (2, other, one)):
        yield from (f"{side}: {row}" for row in rows_only_in(here, there, table))
