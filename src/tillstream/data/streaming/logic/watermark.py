"""How far time has come on a log of several partitions that are read at different speeds."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

Partition: TypeAlias = tuple[str, int]

NEVER: Final = -(2**62)
"""Before any event."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """No event of millisecond `at_ms` or earlier is waited for any more.

    It lies one millisecond more than `lateness_ms` behind the newest event of the partition that is furthest behind,
    and never falls. A partition nothing was read of holds it at NEVER: that is what keeps a fast replay whole.
    Idle partitions hold nothing back; where all are idle, the furthest of them counts.
    """

    partitions: frozenset[Partition]
    lateness_ms: int
    newest_ms: Mapping[Partition, int] = field(default_factory=dict)
    at_ms: int = NEVER

    def advanced(self, newest_ms: Mapping[Partition, int], idle: Set[Partition] = frozenset()) -> "Watermark":
        """After a batch whose newest events are these."""
        known = {**self.newest_ms, **{p: max(ms, self.newest_ms.get(p, NEVER)) for p, ms in newest_ms.items()}}
        active = [known.get(partition, NEVER) for partition in self.partitions - idle]
        furthest = min(active) if active else max(known.values(), default=NEVER)
        if furthest > NEVER:
            furthest -= self.lateness_ms + 1
        return replace(self, newest_ms=known, at_ms=max(self.at_ms, furthest))
