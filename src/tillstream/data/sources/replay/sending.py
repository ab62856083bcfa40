"""Shaped events onto the log: checked like any other, bad ones to dead letters with their line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import polars as pl

from tillstream.adapters.log import Log, NewRecord
from tillstream.core.contracts import decode, topic_named
from tillstream.core.errors import EventRejected
from tillstream.data.ingestion import accepted_record, dead_letter_of

_BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a file: events by topic, bad rows, and events that would be received later than now."""

    sent: dict[str, int]
    dead: int
    held_back: int
    shift_us: int


class Shifts:
    """Remembers by how much a file's times were moved, so that a second run gives the same events."""

    def __init__(self, folder: Path, log_id: str) -> None:
        self._folder, self._log_id = folder, log_id

    def of(self, file_name: str, now: int) -> int:
        """The shift of the first run on this log; `now` if this is the first."""
        path = self._folder / f"{self._log_id}-{file_name}.json"
        if path.exists():
            shift: int = msgspec.json.decode(path.read_bytes())["shift_us"]
            return shift
        self._folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode({"file": file_name, "shift_us": now}))
        return now


def shifted(events: pl.DataFrame, shift_us: int) -> pl.DataFrame:
    """The events with both times moved; whole microseconds, the JSON written anew only where it is moved."""
    if not shift_us:
        return events
    old = (
        pl.col("value").str.extract(r'"occurred_at":"([^"]*)"').str.to_datetime("%Y-%m-%dT%H:%M:%S.%6fZ", strict=False)
    )
    moved = (old + pl.duration(microseconds=shift_us)).dt.strftime("%Y-%m-%dT%H:%M:%S.%6fZ")
    head = pl.lit('{"occurred_at":"') + moved + pl.lit('"')
    return events.with_columns(
        pl.col("received_at_us") + shift_us,
        pl.when(moved.is_not_null())
        .then(head + pl.col("value").str.replace(r'^\{"occurred_at":"[^"]*"', ""))
        .otherwise(pl.col("value"))
        .alias("value"),
    )


def replay(
    events: pl.DataFrame,
    log: Log,
    *,
    name: str,
    now_us: int,
    shift_us: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Sends the events in the order received, history with its own past.

    Events that would be received after `now_us` are held back. A row whose event breaks a rule is a
    dead letter: its bytes are the row as JSON, its place `name/line`.
    """
    sent: dict[str, int] = {}
    dead = held_back = 0
    for start in range(0, events.height, _BATCH_ROWS):
        batch: dict[str, list[NewRecord]] = {}
        for topic, received_at_us, line, value, row in events[start : start + _BATCH_ROWS].iter_rows():
            if received_at_us is not None and received_at_us > now_us:
                held_back += 1
                continue
            record = _record(topic, received_at_us, value.encode())
            if isinstance(record, NewRecord):
                batch.setdefault(topic, []).append(record)
                continue
            dead += 1
            letter = dead_letter_of(topic, row.encode(), record, place=f"{name}/{line}", received_at_us=now_us)
            batch.setdefault("dead_letters.v1", []).append(letter)
        for topic, records in batch.items():
            log.append(topic, records)
            if topic != "dead_letters.v1":
                sent[topic] = sent.get(topic, 0) + len(records)
        progress(min(start + _BATCH_ROWS, events.height))
    return Replayed(sent, dead, held_back, shift_us)


def _record(topic_name: str, received_at_us: int | None, value: bytes) -> NewRecord | tuple[str, ...]:
    """The record, or why there is none."""
    topic = topic_named(topic_name)
    if received_at_us is None:
        return ("the row's time cannot be read; see [clock] in the mapping",)
    try:
        event = decode(topic, value, received_at_us=received_at_us)
    except EventRejected as error:
        return error.reasons
    return accepted_record(topic, event, value, received_at_us)


def preview(events: pl.DataFrame, count: int = 10) -> Iterator[str]:
    """The first events as one line each."""
    for topic, received_at_us, line, value, _ in events.head(count).iter_rows():
        yield f"line {line}  {topic}  received {received_at_us}  {value}"
