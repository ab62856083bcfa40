"""What the old engine would still have said of sessions, had it read its log to the end.

It may have told a session of the events it had, in part, under an id that an earlier event, not read yet, takes over.
The new engine never hears of that id, so it is taken back here, on the old log, before the lake reads it to its end.
"""

from collections.abc import Iterator

import msgspec

from tillstream.adapters.log import Log, NewRecord, TopicPartition
from tillstream.core.contracts import decoder_of, to_micros
from tillstream.core.contracts.derived import Session
from tillstream.data.streaming.derived import derived_record
from tillstream.data.streaming.logic.session_records import Told, retraction_of
from tillstream.data.streaming.logic.sessions import OUTPUT, Step, step_of, told_of
from tillstream.operations.moving.chains import chains
from tillstream.operations.moving.pages import ends_of, records_between
from tillstream.operations.moving.scanning import ROW_BITS, Scan

_Open = tuple[Session, int]
"""What was last told of a session that is open, and when its last event was received."""


def taken_back(log: Log, found: Scan, job: str, gap_ms: int) -> list[NewRecord]:
    """Records that take back the ids under which no session stands; said twice they are the same."""
    records = []
    for told, received_at_us in _open_sessions(log):
        keys = found.items[job].get(told.visitor_id)
        chain = _chain_of(list(zip(*keys, strict=True)) if keys else [], to_micros(told.started_at) // 1000, gap_ms)
        if not chain:
            continue
        first = min(_steps(log, found, [row for at_ms, row in chain if at_ms == chain[0][0]]), default=None)
        if first is None:
            continue
        stands = told_of(told.visitor_id, [first], closed=False)
        if stands.session_id != told.session_id:
            mine = Told(told.session_id, told.revision, to_micros(told.started_at))
            by = Told(stands.session_id, max(2 * len(chain), told.revision + 1), stands.started_us)
            records.append(derived_record(OUTPUT, retraction_of(told.visitor_id, mine, by=by), received_at_us))
    return records


def _open_sessions(log: Log) -> Iterator[_Open]:
    """The last word of each session, of those that are neither closed nor taken back."""
    newest: dict[str, _Open] = {}
    decode = msgspec.json.Decoder(Session).decode
    for place, end in ends_of(log, (OUTPUT,)).items():
        for record in records_between(log, place, 0, end):
            told = decode(record.value)
            if told.session_id not in newest or newest[told.session_id][0].revision < told.revision:
                newest[told.session_id] = told, record.received_at_us
    return (one for one in newest.values() if not one[0].closed and not one[0].retracted)


def _chain_of(items: list[tuple[int, int]], at_ms: int, gap_ms: int) -> list[tuple[int, int]]:
    """The items that are one session with what happened at `at_ms`, in order."""
    return next((chain for chain in chains(sorted(items), gap_ms) if chain[0][0] <= at_ms <= chain[-1][0]), [])


def _steps(log: Log, found: Scan, rows: list[int]) -> Iterator[Step]:
    for row in rows:
        place: TopicPartition = found.places[row >> ROW_BITS]
        offset = found.offsets[place][row & (1 << ROW_BITS) - 1]
        for record in log.read(*place, offset, 1):
            if (step := step_of(decoder_of(place[0]).decode(record.value), record.received_at_us)) is not None:
                yield step[1]
