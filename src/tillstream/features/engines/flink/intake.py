"""Takes what the job sent from Kafka into the home's log, where the store's writer and batch read it.

A portion is one transaction there, with its place on Kafka, so each comes once and in order, whoever takes it in.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from tillstream.adapters.log import Record
from tillstream.core.contracts import topic_named
from tillstream.features.definitions import Schema
from tillstream.features.engines.embedded.counting import Outcome
from tillstream.features.engines.embedded.state import LIVE, SOME_LIVE, State
from tillstream.features.engines.flink.sent import Portion, Portions
from tillstream.features.errors import PortionLost
from tillstream.features.logs import FeatureLogs
from tillstream.features.updates import KIND, RELEASED, UPDATES, Offsets, owed_marks, parse_offsets

_RUN: Final = "run"
_BUCKETS: Final = "buckets"


class Taken(msgspec.Struct, frozen=True):
    """What was taken in of a bucket."""

    partition: int
    """Where its records lie on Kafka."""
    offset: int
    """Behind the last of them."""
    number: int = 0
    """Of its last portion; 0 for none of this run."""
    offsets: str = ""
    """Up to where it had read then."""
    released_us: int = 0


_TAKEN: Final = msgspec.json.Decoder(dict[int, Taken])


class Intake:
    """Reads Kafka's partitions again from where the slowest bucket is, and leaves out what was taken in."""

    def __init__(self, logs: FeatureLogs, schema: Schema, *, max_records: int = 20_000) -> None:
        self._logs, self._schema, self._max_records = logs, schema, max_records
        self._partitions = range(topic_named(UPDATES).partitions)
        self._next: dict[int, int] = {}
        self._portions: dict[int, Portions] = {}
        self.live: Offsets = {}
        """Up to where all is counted, in what was taken in."""

    def begin(self) -> None:
        """Sets out from what the home's log holds."""
        with self._logs.updates.transaction(UPDATES) as transaction:
            state = State(transaction.connection)
            state.prepare(self._logs.identity(self._schema))
            taken, self.live = _read(state), state.offsets(LIVE)
        self._next = dict.fromkeys(self._partitions, 0)
        if len(taken) == len(self._partitions):
            ends: dict[int, int] = {}
            for one in taken.values():
                ends[one.partition] = min(one.offset, ends.get(one.partition, one.offset))
            self._next |= ends
        self._portions = {partition: Portions() for partition in self._partitions}

    def forget(self) -> None:
        """Sets out again with the next call: what was read may not have been written."""
        self._next = {}

    def take(self) -> Outcome | None:
        """Takes in what has come; None when nothing did."""
        if not self._next:
            self.begin()
        portions: list[Portion] = []
        came = False
        for partition in self._partitions:
            records = self._logs.source.read(UPDATES, partition, self._next[partition], self._max_records)
            came = came or bool(records)
            portions += self._take(partition, records)
        if not came:
            return None
        outcome = Outcome()
        for portion in portions:
            self._apply(portion, outcome)
        return outcome

    def _take(self, partition: int, records: Sequence[Record]) -> list[Portion]:
        if not records:
            return []
        self._next[partition] = records[-1].offset + 1
        return self._portions[partition].take(records)

    def _apply(self, portion: Portion, outcome: Outcome) -> None:
        told = portion.counted
        if told.fingerprint != self._schema.fingerprint:
            return  # of other definitions: a job that still runs, or ran
        with self._logs.updates.transaction(UPDATES) as transaction:
            state = State(transaction.connection)
            identity = self._logs.identity(self._schema)
            state.prepare(identity)
            taken, run = _read(state), state.fact(_RUN) or ""
            mine = taken.get(portion.bucket, Taken(portion.partition, 0))
            if told.run < run or (portion.partition == mine.partition and portion.begins_at < mine.offset):
                return
            if told.run > run:
                if run:
                    state.begin(identity)
                state.set_fact(_RUN, told.run)
                taken = {bucket: Taken(one.partition, one.offset) for bucket, one in taken.items()}
                mine = taken.get(portion.bucket, Taken(portion.partition, 0))
            if told.number != mine.number + 1:
                raise PortionLost(portion.bucket, mine.number, told.number)
            taken[portion.bucket] = Taken(
                portion.partition, portion.ends_at, told.number, told.offsets, max(mine.released_us, *_marks(portion))
            )
            left = told.outcome
            if left.left_to_batch and state.owe(parse_offsets(told.offsets), left.released_until_us):
                transaction.append(owed_marks())
            transaction.append(portion.records)
            self._settle(state, taken)
            outcome.add(told.outcome)
            outcome.released_until_us = state.released_until_us  # of all buckets

    def _settle(self, state: State, taken: Mapping[int, Taken]) -> None:
        """What all buckets have counted and released is the live engine's state."""
        state.set_fact(_BUCKETS, msgspec.json.encode(taken).decode())
        if len(taken) < len(self._partitions) or not all(one.number for one in taken.values()):
            return
        told = [parse_offsets(one.offsets) for one in taken.values()]
        places = set().union(*told)
        self.live = {place: min(one.get(place, 0) for one in told) for place in places}
        state.set_offsets(LIVE, self.live)
        state.set_offsets(SOME_LIVE, {place: max(one.get(place, 0) for one in told) for place in places})
        state.released_until_us = min(one.released_us for one in taken.values())


def _read(state: State) -> dict[int, Taken]:
    return _TAKEN.decode(state.fact(_BUCKETS) or "{}")


def _marks(portion: Portion) -> list[int]:
    return [0, *(int(record.value) for record in portion.records if record.headers.get(KIND) == RELEASED)]
