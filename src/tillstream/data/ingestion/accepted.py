"""What a door appends of an event that it has checked."""

from tillstream.adapters.log import OCCURRED_AT, RECEIVED_AT, NewRecord
from tillstream.core.contracts import Event, Topic, key_of
from tillstream.core.contracts.decoding import micros


def accepted_record(topic: Topic, event: Event, value: bytes, received_at_us: int | None = None) -> NewRecord:
    """The record of an event and its bytes as they came; history says when it was received, all else when appended."""
    headers = {OCCURRED_AT: str(micros(event))}
    if received_at_us is not None:
        headers[RECEIVED_AT] = str(received_at_us)
    return NewRecord(key_of(topic, event), value, headers)
