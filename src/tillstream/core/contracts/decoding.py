"""One decoder is the rule at every door: HTTP, replay, the lake, a repaired dead letter.

Strict JSON: a number is not a string, a string is not a time without an offset. What the JSON
Schema in docs/reference/schemas says is what this refuses, and a test holds the two together.
"""

from functools import cache

import msgspec

from tillstream.core.contracts.catalogue import Topic, topic_named
from tillstream.core.contracts.event import Event
from tillstream.core.contracts.instants import to_micros
from tillstream.core.errors import ContractError, EventRejected

MAX_CLOCK_SKEW_US = 60_000_000
"""An event may claim to happen this much after it is received; more would push watermarks past all others."""


@cache
def decoder_of(topic_name: str) -> msgspec.json.Decoder[Event]:
    """A topic's decoder; raises UnknownTopic, and ContractError for a topic that has no events."""
    contract = topic_named(topic_name).contract
    if contract is None:
        raise ContractError(f"{topic_name} holds no events that could be checked")
    return msgspec.json.Decoder(contract)


def decode(topic: Topic, value: bytes, *, received_at_us: int | None = None) -> Event:
    """The event in `value`, checked; raises EventRejected with the reasons.

    With `received_at_us` the clock is checked too: an `occurred_at` more than 60 s after it is refused.
    """
    try:
        event = decoder_of(topic.name).decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EventRejected(topic.name, (_reason(error),)) from error
    if received_at_us is not None and micros(event) > received_at_us + MAX_CLOCK_SKEW_US:
        ahead = (micros(event) - received_at_us) / 1e6
        raise EventRejected(topic.name, (f"`occurred_at` is {ahead:.0f} s after it was received; 60 s are allowed",))
    return event


def micros(event: Event) -> int:
    """`occurred_at` as whole microseconds since 1970, UTC."""
    return to_micros(event.occurred_at)


def _reason(error: Exception) -> str:
    text = str(error)
    return text.replace(" - at `$.", " - at `").replace("`$`", "the event") or type(error).__name__
