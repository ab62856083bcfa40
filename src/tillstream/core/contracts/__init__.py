"""Every event type, its topic, key and rules, in one typed definition each.

In: bytes. Out: typed events or EventRejected with its reasons; JSON Schemas.
See: docs/reference/events.md, docs/adr/0003-contracts-one-decoder.md.

Version rules: adding an optional field happens in place; anything else makes a new topic version
beside the old one, both read until the old is drained.
"""

from tillstream.core.contracts.catalogue import LAKE_TOPICS, SOURCE_TOPICS, TOPICS, Topic, key_of, topic_named
from tillstream.core.contracts.decoding import MAX_CLOCK_SKEW_US, decode, decoder_of
from tillstream.core.contracts.event import Event
from tillstream.core.contracts.instants import from_micros, to_micros

__all__ = [
    "LAKE_TOPICS",
    "MAX_CLOCK_SKEW_US",
    "SOURCE_TOPICS",
    "TOPICS",
    "Event",
    "Topic",
    "decode",
    "decoder_of",
    "from_micros",
    "key_of",
    "to_micros",
    "topic_named",
]
