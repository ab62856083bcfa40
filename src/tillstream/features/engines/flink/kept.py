"""What a bucket keeps, in Flink's keyed state: part of each checkpoint, together with what was sent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pyflink.common import Types
from pyflink.datastream import RuntimeContext
from pyflink.datastream.state import ListStateDescriptor, MapStateDescriptor, ValueStateDescriptor

from tillstream.features.engines.embedded.backlog import NO_JUMP
from tillstream.features.engines.embedded.counting import DAY_US
from tillstream.features.engines.flink.buckets import Came

_SWEEP_US: Final = 3_600_000_000
"""Of event time: how often rows whose steps are all released are looked for."""


class States:
    """The states of a task; each belongs to the bucket in whose turn it is asked."""

    def __init__(self, context: RuntimeContext) -> None:
        text, packed = Types.STRING(), Types.PICKLED_BYTE_ARRAY()
        self.waiting = context.get_list_state(ListStateDescriptor("waiting", packed))
        self.facts = context.get_state(ValueStateDescriptor("facts", packed))
        self.open = context.get_map_state(MapStateDescriptor("open", text, packed))
        self.seen = context.get_map_state(MapStateDescriptor("seen", text, packed))

    def take_waiting(self) -> list[Came]:
        """The records that came since the last portion."""
        found = [Came(*one) for one in self.waiting.get()]
        self.waiting.clear()
        return found


class FlinkKept:
    """One bucket's, see BucketKept. Ids are in memory too: they are asked for with each event.

    `facts` are read at the begin of each portion and written at its end by `save`.
    """

    def __init__(self, states: States, run: str, released_until_us: int) -> None:
        self._states = states
        facts: dict[str, Any] = states.facts.value() or {}
        self.run: str = facts.get("run", run)
        self.portions: int = facts.get("portions", 0)
        self.offsets: dict[tuple[str, int], int] = facts.get("offsets", {})
        self.released_until_us: int = facts.get("released_until_us", released_until_us)
        self.jumped_from_us: int = facts.get("jumped_from_us", NO_JUMP)
        self._swept_us: int = facts.get("swept_us", 0)
        self._ids: dict[tuple[str, int], set[str]] = defaultdict(set)
        for place, ids in states.seen.items() or ():
            self._ids[_day_of(place)].update(ids)

    def save(self) -> None:
        """Into the state."""
        self._states.facts.update(
            {
                "run": self.run,
                "portions": self.portions,
                "offsets": self.offsets,
                "released_until_us": self.released_until_us,
                "jumped_from_us": self.jumped_from_us,
                "swept_us": self._swept_us,
            }
        )

    def seen(self, topic: str, day: int, event_ids: Iterable[str]) -> set[str]:
        """See Kept."""
        return self._ids[topic, day].intersection(event_ids)

    def add_seen(self, rows: Iterable[tuple[str, int, str]]) -> None:
        """See Kept; one entry a portion, topic and day."""
        by_day: dict[tuple[str, int], list[str]] = defaultdict(list)
        for topic, day, event_id in rows:
            by_day[topic, day].append(event_id)
        for (topic, day), ids in by_day.items():
            self._ids[topic, day].update(ids)
            self._states.seen.put(f"{topic}/{day}/{self.portions}", ids)

    def open_tiles(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """See Kept."""
        found = ((key, self._states.open.get(key)) for key in keys)
        return {key: row[1] for key, row in found if row is not None}

    def set_open_tiles(self, rows: Mapping[str, tuple[int, bytes]]) -> None:
        """See Kept."""
        for key, row in rows.items():
            self._states.open.put(key, row)

    def release_until(self, until_us: int) -> None:
        """See BucketKept; rows are looked through once an hour of event time."""
        self.released_until_us = until_us
        for topic, day in [of for of in self._ids if (of[1] + 1) * DAY_US <= until_us]:
            del self._ids[topic, day]
            _remove(
                self._states.seen, [place for place, _ in self._states.seen.items() if _day_of(place) == (topic, day)]
            )
        if until_us >= self._swept_us + _SWEEP_US:
            self._swept_us = until_us
            _remove(self._states.open, [key for key, row in self._states.open.items() if row[0] <= until_us])


def _day_of(place: str) -> tuple[str, int]:
    topic, day, _ = place.split("/")
    return topic, int(day)


def _remove(state: Any, names: Iterable[str]) -> None:
    for name in names:
        state.remove(name)
