"""Sessions that late events touched, sent anew: a job of either engine set."""

from dataclasses import dataclass
from typing import Final

import msgspec

from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.data.streaming.derived import derived_record
from tillstream.data.streaming.embedded.correcting import Looked, find_corrections
from tillstream.data.streaming.logic.sessions import OUTPUT
from tillstream.operations.stack.status import write_whole

_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Corrected:
    """What one run did."""

    days: int
    sessions: int
    records: int


def correct_sessions(settings: Settings, *, full: bool = False) -> Corrected:
    """Sends what is wrong, then remembers how far it looked: a run that dies in between is done again."""
    path = settings.streaming_path / "corrections.json"
    looked = Looked() if full or not path.exists() else msgspec.json.decode(path.read_bytes(), type=Looked)
    given = settings.streaming
    found = find_corrections(
        Lake(settings.lake_path),
        looked,
        gap_ms=given.session_gap_seconds * 1000,
        lateness_ms=given.sessions_lateness_seconds * 1000,
    )
    records = [derived_record(OUTPUT, event, received_at_us) for event, received_at_us in found.said]
    log = open_log(settings)
    try:
        for start in range(0, len(records), _ROWS):
            log.append(OUTPUT, records[start : start + _ROWS])
    finally:
        log.close()
    write_whole(path, msgspec.to_builtins(found.looked))
    return Corrected(found.days, found.wrong, len(records))
