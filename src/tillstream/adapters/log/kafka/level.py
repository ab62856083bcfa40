"""Whether a consumer has polled all there was: nothing polled does not say so, the answer may be on its way."""

import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaException

from tillstream.adapters.log.interface import TopicPartition
from tillstream.adapters.log.kafka.offsets import Offsets, is_known

_ASK_SECONDS: Final = 0.1


class Level:
    """Asks where the partitions end, without waiting, and compares once the answer is there."""

    def __init__(self, offsets: Offsets) -> None:
        self._offsets = offsets
        self._asked: dict[Any, Future[Any]] = {}
        self._asked_us = 0
        self._ends: dict[TopicPartition, int] = {}
        self._ends_us = self._reached_us = 0

    def ask(self, positions: Mapping[TopicPartition, int]) -> None:
        """Asks anew, unless an answer is awaited or was compared just now."""
        now_us = time.time_ns() // 1000
        if positions and not self._asked and not self._ends and now_us - self._asked_us > _ASK_SECONDS * 1e6:
            self._asked_us = now_us
            self._asked = self._offsets.ask_ends(positions)

    def reached(self, positions: Mapping[TopicPartition, int]) -> int:
        """The last instant at which all that lay there has been polled since."""
        if self._asked and all(one.done() for one in self._asked.values()):
            try:
                ends = {(one.topic, one.partition): end.result().offset for one, end in self._asked.items()}
            except KafkaException:
                ends = {}
            if ends and all(map(is_known, ends.values())):
                self._ends, self._ends_us = ends, self._asked_us
            else:
                self._offsets.look_again()
            self._asked = {}
        if self._ends and all(positions.get(place, -1) >= end for place, end in self._ends.items()):
            self._reached_us, self._ends = self._ends_us, {}
        return self._reached_us

    def forget(self) -> None:
        """After a change of partitions or positions: nothing is known any more."""
        self._asked, self._ends, self._reached_us = {}, {}, 0
