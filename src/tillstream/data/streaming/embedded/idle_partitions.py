"""Which partitions are silent: read to their end, and nothing came for a while."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from tillstream.data.streaming.logic.watermark import Partition

_LONGEST_STEP_SECONDS: Final = 1.0
_ASK_SECONDS: Final = 0.25


class IdlePartitions:
    """Counts silence only while somebody looks: a process that was stopped for a minute has seen a second of it.

    `ends` gives a topic's end offsets; it is asked before a partition counts as idle, at most four times a second.
    """

    def __init__(
        self,
        partitions: Collection[Partition],
        idle_seconds: float,
        ends: Callable[[str], Mapping[int, int]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._idle_seconds, self._ends, self._clock = idle_seconds, ends, clock
        self._silent = dict.fromkeys(partitions, 0.0)
        self._looked_at = self._asked_at = clock()
        self._idle: frozenset[Partition] = frozenset()

    def after_poll(self, read: Collection[Partition], following: Mapping[Partition, int]) -> frozenset[Partition]:
        """The idle ones, after a poll that gave records of the partitions in `read`."""
        now = self._clock()
        passed, self._looked_at = min(now - self._looked_at, _LONGEST_STEP_SECONDS), now
        for partition in self._silent:
            self._silent[partition] = 0.0 if partition in read else self._silent[partition] + passed
        silent = {partition for partition, seconds in self._silent.items() if seconds >= self._idle_seconds}
        if not silent:
            self._idle = frozenset()
        elif now - self._asked_at >= _ASK_SECONDS:
            self._asked_at = now
            self._idle = self._read_to_the_end(silent, following)
        else:
            self._idle &= silent
        return self._idle

    def _read_to_the_end(self, silent: set[Partition], following: Mapping[Partition, int]) -> frozenset[Partition]:
        ends = {topic: self._ends(topic) for topic in {topic for topic, _ in silent}}
        for topic, partition in list(silent):
            if ends[topic].get(partition, 0) > following.get((topic, partition), 0):
                self._silent[topic, partition] = 0.0
                silent.discard((topic, partition))
        return frozenset(silent)
