"""One line of time: events of all topics, given out in the order they are received."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tillstream.core.contracts import SOURCE_TOPICS, topic_named
from tillstream.core.contracts.catalogue import key_of
from tillstream.core.contracts.decoding import micros
from tillstream.core.contracts.event import Event
from tillstream.data.sources.world.arrays import Ints, Objects, Random, objects
from tillstream.data.sources.world.settings import DAY_US, HOUR_US, MINUTE_US, SECOND_US

_TOPIC_NUMBER = {name: number for number, name in enumerate(SOURCE_TOPICS)}
_LATE_RATIO, _VERY_LATE_RATIO = 0.02, 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Events as they go out: when received and when they happened, topic number in SOURCE_TOPICS, key, JSON bytes."""

    received_at_us: Ints
    occurred_at_us: Ints
    topic: Ints
    key: Objects
    value: Objects

    def __len__(self) -> int:
        return len(self.received_at_us)

    def take(self, which: Ints) -> "Rows":
        """These rows, in this order."""
        columns = (self.received_at_us, self.occurred_at_us, self.topic, self.key, self.value)
        return Rows(*(column[which] for column in columns))

    @staticmethod
    def none() -> "Rows":
        """No rows."""
        numbers = np.empty(0, dtype=np.int64)
        return Rows(numbers, numbers, numbers, objects([]), objects([]))

    @staticmethod
    def joined(parts: Sequence["Rows"]) -> "Rows":
        """The rows of all parts, one part after the other."""
        return Rows(
            np.concatenate([part.received_at_us for part in parts]),
            np.concatenate([part.occurred_at_us for part in parts]),
            np.concatenate([part.topic for part in parts]),
            np.concatenate([part.key for part in parts]),
            np.concatenate([part.value for part in parts]),
        )


class Timeline:
    """Holds what is not yet received; the rest leaves in order, ties as they were put in.

    It keeps what is late and what is to come (deliveries, chargebacks): some weeks at most,
    whatever the number of days.
    """

    def __init__(self) -> None:
        self._waiting: list[Rows] = []
        self._events: list[tuple[int, str, Event]] = []

    def put(self, topic: str, event: Event, received_at_us: int | None = None) -> None:
        """One event; without a time it is received 200 ms after it occurred."""
        self._events.append((received_at_us or micros(event) + 200_000, topic, event))

    def put_columns(
        self, topic: str, occurred_at_us: Ints, received_at_us: Ints, keys: Objects, values: list[bytes]
    ) -> None:
        """A whole column of events of one topic."""
        number = np.full(len(values), _TOPIC_NUMBER[topic], dtype=np.int64)
        self._waiting.append(Rows(received_at_us, occurred_at_us, number, keys, objects(values)))

    def take_before(self, end_us: int) -> Rows:
        """All that is received before `end_us`, in order of reception."""
        rows = Rows.joined([*self._waiting, self._encoded()])
        due = rows.received_at_us < end_us
        self._waiting = [rows.take(np.flatnonzero(~due))]
        ready = np.flatnonzero(due)
        return rows.take(ready[np.argsort(rows.received_at_us[ready], kind="stable")])

    def _encoded(self) -> Rows:
        events, self._events = self._events, []
        return Rows(
            np.array([at for at, _, _ in events], dtype=np.int64),
            np.array([micros(event) for _, _, event in events], dtype=np.int64),
            np.array([_TOPIC_NUMBER[topic] for _, topic, _ in events], dtype=np.int64),
            objects([key_of(topic_named(topic), event) for _, topic, event in events]),
            objects([event.encode() for _, _, event in events]),
        )


def arrivals(occurred_us: Ints, random: Random) -> Ints:
    """When events are received: most within 2 s, 2 % within hours (a phone in a tunnel), 0.2 % within two days."""
    size = len(occurred_us)
    delay = (random.gamma(2.0, 0.15, size) * SECOND_US).astype(np.int64) + 20_000
    kind = random.random(size)
    late = kind < _LATE_RATIO
    delay[late] = (random.exponential(40 * MINUTE_US, int(late.sum()))).astype(np.int64) + MINUTE_US
    very = kind < _VERY_LATE_RATIO
    delay[very] = random.integers(6 * HOUR_US, 2 * DAY_US, int(very.sum()))
    received: Ints = occurred_us + delay
    return received
