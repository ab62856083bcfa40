"""What a proof says: the first differing triple with its events, an engine a line; last the counts."""

from collections.abc import Iterator
from typing import Any, Final

from tillstream.core.contracts import from_micros
from tillstream.features.engines.polars.events import PARTITION_BITS
from tillstream.features.parity.comparing import Tally, told_values
from tillstream.features.parity.reference import PolarsReference

_EVENTS: Final = 20
_SAID: Final = {"key", "at", "received", "place", "occurred_at", "received_at", "log_partition", "log_offset"}


def explain(tally: Tally, reference: PolarsReference) -> None:
    """Notes the events behind the first difference; to be called while the reference is still at its moment."""
    if tally.differences and not tally.events:
        first = tally.differences[0]
        tally.events = reference.events_behind(first.feature, first.entity_id)


def lines_of(tally: Tally) -> Iterator[str]:
    """The report; its last line is the tally."""
    for number, one in enumerate(tally.differences):
        at = from_micros(one.moment.at_us).isoformat()
        yield f"{one.entity}:{one.entity_id} {one.feature} at {at}, position {one.moment}"
        for engine, value in told_values(one):
            yield f"  {engine:<8} {value}"
        if number == 0:
            yield f"  {len(tally.events)} events count, newest first:"
            yield from (f"    {_told(event)}" for event in tally.events[:_EVENTS])
    yield str(tally)


def told_of_tally(tally: Tally) -> dict[str, Any]:
    """The tally for machines: its counts, and the first differences."""
    counts = {name: getattr(tally, name) for name in ("triples", "entities", "mismatches", "missing", "extra")}
    first = [
        {
            "entity": one.entity,
            "entity_id": one.entity_id,
            "feature": one.feature,
            "position": str(one.moment),
            "values": dict(told_values(one)),
        }
        for one in tally.differences
    ]
    return {**counts, "first": first}


def _told(event: dict[str, Any]) -> str:
    partition, offset = divmod(event["place"], 2**PARTITION_BITS)
    fields = " ".join(f"{name}={value!r}" for name, value in event.items() if name not in _SAID and value is not None)
    happened = from_micros(event["at"]).isoformat()
    return f"{partition}/{offset} happened {happened} received {event['received_at'].isoformat()}: {fields}"
