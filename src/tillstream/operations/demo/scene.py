"""What the steps of a demo look at: the log, the lake, the stack, the shop."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tillstream.adapters.log import Log
from tillstream.core.contracts import LAKE_TOPICS
from tillstream.operations.demo.shop import Shop
from tillstream.operations.stack.places import Places

if TYPE_CHECKING:  # its engines take a second to load, and the stack is started meanwhile
    from tillstream.data.lake import Lake


@dataclass(frozen=True, slots=True)
class Scene:
    """One demo on one home."""

    log: Log
    lake: "Lake"
    places: Places
    shop: Shop
    log_in_stack: bool = False
    """The log is a service of the stack, so nothing is on it before that is up."""

    def on_log(self, topics: Iterable[str] = LAKE_TOPICS) -> int:
        """Records that were ever appended to the topics of the lake."""
        return sum(sum(self.log.end_offsets(topic).values()) for topic in topics)

    def lag(self, group: str, topics: Iterable[str] = ()) -> int:
        """Records that a group has not committed yet; of `topics` also where it never committed."""
        known = self.log.lag(group)
        unread = sum(
            end
            for topic in topics
            for partition, end in self.log.end_offsets(topic).items()
            if (topic, partition) not in known
        )
        return sum(known.values()) + unread

    def rows(self, part: str) -> int:
        """Rows of a table, or of all tables of a layer."""
        names = [name for name in self.lake.tables() if name == part or name.startswith(f"{part}.")]
        return sum(self.lake.dataset(name).count_rows() for name in names)
