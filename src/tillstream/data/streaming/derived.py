"""Events that Tillstream makes of others, as records."""

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.core.contracts import Event, key_of, topic_named


def derived_record(topic: str, event: Event, received_at_us: int) -> NewRecord:
    """The record of a derived event, received when the last of its causes was."""
    return NewRecord(key_of(topic_named(topic), event), event.encode(), {RECEIVED_AT: str(received_at_us)})
