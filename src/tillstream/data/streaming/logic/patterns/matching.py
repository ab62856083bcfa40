"""One small matcher for all patterns: the part of MATCH_RECOGNIZE that leaves no choice.

Rows of a key lie in order and a match takes them without a gap. A pattern's parts exclude each other, so each row
has one way on at most, and there is at most one match from any row. The earliest start wins; the search goes on
after the last row of a match (AFTER MATCH SKIP PAST LAST ROW), and one row further where there was none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

from tillstream.core.contracts import from_micros
from tillstream.core.contracts.derived import FraudAlert
from tillstream.data.streaming.logic.patterns.row import Row

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US

Holds: TypeAlias = Callable[[Sequence[Row], int], bool]
"""Whether row `n` of rows that began with a match's first row may be the next of this part."""


@dataclass(frozen=True, slots=True)
class Part:
    """A variable of the pattern: `least` to `most` rows in a row for which it holds."""

    name: str
    holds: Holds
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rows of these kinds with `key` and `needs` set, by key; all of a match within `within_us` of its first."""

    name: str
    words: str
    key: str
    kinds: frozenset[str]
    within_us: int
    severity: float
    parts: tuple[Part, ...]
    example: tuple[Row, ...]
    """The rows of one match, in order, with the time since the first."""
    needs: tuple[str, ...] = ()

    def key_of(self, row: Row) -> str | None:
        """The row's key; None if the pattern takes no notice of the row."""
        if row.kind not in self.kinds or any(getattr(row, name) is None for name in self.needs):
            return None
        key: str | None = getattr(row, self.key)
        return key


class Settled(NamedTuple):
    """The matches that are certain, and the rows that later ones may still need."""

    matches: list[tuple[Row, ...]]
    rows: tuple[Row, ...]


def add(rows: Sequence[Row], new: Iterable[Row], watermark_ms: int) -> tuple[tuple[Row, ...], tuple[Row, ...], int]:
    """A key's rows with new ones in order, each `event_id` once; those that came too late; how many were copies."""
    known = {row.event_id for row in rows}
    fresh: list[Row] = []
    late: list[Row] = []
    copies = 0
    for row in new:
        if row.event_id in known:
            copies += 1
        elif row.at_us // 1000 <= watermark_ms:
            late.append(row)
        else:
            known.add(row.event_id)
            fresh.append(row)
    return tuple(sorted((*rows, *fresh))), tuple(late), copies


def settle(pattern: Pattern, rows: Sequence[Row], watermark_ms: int) -> Settled:
    """What the rows up to the watermark come to."""
    end = next((n for n, row in enumerate(rows) if row.at_us // 1000 > watermark_ms), len(rows))
    past, matches, start = rows[:end], [], 0
    while start < end:
        length = match(pattern, past[start:])
        if length is None and (watermark_ms + 1) * 1000 <= past[start].at_us + pattern.within_us:
            break
        if length:
            matches.append(tuple(past[start : start + length]))
        start += length or 1
    return Settled(matches, tuple(rows[start:]))


def due_ms(pattern: Pattern, rows: Sequence[Row], watermark_ms: int) -> int:
    """The watermark at which settled rows are to be looked at again: one is due then, or the first too old to match."""
    waiting = next((row.at_us // 1000 for row in rows if row.at_us // 1000 > watermark_ms), None)
    too_old = (rows[0].at_us + pattern.within_us) // 1000
    return too_old if waiting is None else min(waiting, too_old)


def match(pattern: Pattern, rows: Sequence[Row]) -> int | None:
    """How many rows, from the first on, match; 0 if no row could make them; None if the next rows decide."""
    part, count = 0, 0
    for n, row in enumerate(rows):
        if row.at_us - rows[0].at_us > pattern.within_us:
            return 0
        wanted = pattern.parts[part]
        if not (count < wanted.most and wanted.holds(rows, n)):
            if count < wanted.least:
                return 0
            part, count = part + 1, 0
            if not pattern.parts[part].holds(rows, n):
                return 0
        count += 1
        if part == len(pattern.parts) - 1 and count == pattern.parts[part].most:
            return n + 1
    return None


def alert_of(pattern: Pattern, rows: Sequence[Row]) -> tuple[FraudAlert, int]:
    """The alert of a match, which tells of its last event; and the largest `received_at_us` of its events."""
    last = rows[-1]
    alert = FraudAlert(
        event_id=sha256("|".join([pattern.name, *(row.event_id for row in rows)]).encode()).hexdigest()[:32],
        occurred_at=from_micros(last.at_us),
        pattern=pattern.name,
        severity=pattern.severity,
        event_ids=[row.event_id for row in rows],
        customer_id=last.customer_id,
        card_id=last.card_id,
        device_id=last.device_id,
        visitor_id=last.visitor_id,
        payment_id=last.payment_id,
    )
    return alert, max(row.received_at_us for row in rows)
