"""What a batch of events comes to: which of them count, and the tiles they change. Every live engine shares it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from tillstream.adapters.log import NewRecord
from tillstream.core.contracts import decode, topic_named
from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.bots import is_bot
from tillstream.core.contracts.decoding import micros
from tillstream.features.definitions import Schema
from tillstream.features.definitions.language import DAY
from tillstream.features.engines.embedded.backlog import Jump
from tillstream.features.engines.embedded.plans import Plan, Plans
from tillstream.features.tiles import Payload
from tillstream.features.updates import Offsets, decode_open, encode_open, offsets_text, tiles_record

DAY_US: Final = DAY * 10**6


class Arrived(NamedTuple):
    """An event that obeys its contract, with its place."""

    topic: str
    place: int
    at_us: int
    event: Any
    received_at_us: int


@dataclass(slots=True)
class Outcome:
    """What a batch came to."""

    events: int = 0
    duplicates: int = 0
    late_to_batch: int = 0
    left_to_batch: int = 0
    """Times that an event came in time, but for a step that was released unread, with a backlog."""
    rejected: int = 0
    tiles: int = 0
    rows: int = 0
    released_until_us: int = 0

    def add(self, later: "Outcome") -> None:
        """Adds what came after: counts are summed, the horizon is the later one."""
        for name in ("events", "duplicates", "late_to_batch", "left_to_batch", "rejected", "tiles", "rows"):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.released_until_us = later.released_until_us


class Kept(Protocol):
    """What a live engine must not forget of events and tiles."""

    @property
    def released_until_us(self) -> int:
        """Steps that ended by then belong to batch."""

    def seen(self, topic: str, day: int, event_ids: Iterable[str]) -> AbstractSet[str]:
        """Those of the ids that counted already on that day."""

    def add_seen(self, rows: Iterable[tuple[str, int, str]]) -> None:
        """Remembers ids (topic, day, event_id)."""

    def open_tiles(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """What is kept of these entities."""

    def set_open_tiles(self, rows: Mapping[str, tuple[int, bytes]]) -> None:
        """Keeps tiles by key, each with the end of its last step."""


Touch: TypeAlias = tuple[Plan, Arrived, Any]
Work: TypeAlias = Mapping[str, Sequence[Touch]]
"""By key: what is to be added to an entity's tiles."""


def read_event(topic: str, partition: int, offset: int, value: bytes, received_at_us: int) -> Arrived | None:
    """The event of a record; None for a click of a bot, which is for the lake alone. Raises EventRejected."""
    event = decode(topic_named(topic), value, received_at_us=received_at_us)
    if isinstance(event, Click) and is_bot(event):
        return None
    return Arrived(topic, (partition << 48) + offset, micros(event), event, received_at_us)


def fresh(kept: Kept, came: Iterable[Arrived], jump: Jump, outcome: Outcome) -> list[Arrived]:
    """Each event_id once a day, of days with an open step; they are remembered."""
    released = kept.released_until_us
    by_day: dict[tuple[str, int], dict[str, Arrived]] = defaultdict(dict)
    for one in came:
        outcome.events += 1
        day = one.at_us // DAY_US
        if (day + 1) * DAY_US <= released:
            _released(one, (day + 1) * DAY_US, jump, outcome)
            continue
        ids = by_day[one.topic, day]
        if one.event.event_id in ids:
            outcome.duplicates += 1
        else:
            ids[one.event.event_id] = one
    found: list[Arrived] = []
    for (topic, day), ids in by_day.items():
        known = kept.seen(topic, day, ids)
        outcome.duplicates += len(known)
        mine = {event_id: one for event_id, one in ids.items() if event_id not in known}
        kept.add_seen((topic, day, event_id) for event_id in mine)
        found += mine.values()
    return found


def work_of(
    plans: Mapping[str, Plans], events: Iterable[Arrived], is_mine: Callable[[str], bool] | None = None
) -> Work:
    """Whose tiles the events touch, of the keys that `is_mine`."""
    work: dict[str, list[Touch]] = defaultdict(list)
    for one in events:
        event = one.event
        of_kind = plans[one.topic]
        for plan in of_kind[event.kind if None not in of_kind else None]:
            for element in (event,) if plan.elements is None else plan.elements(event):
                if (key := plan.key(one.at_us, event, element)) is not None:
                    work[plan.prefix + key].append((plan, one, element))
    return work if is_mine is None else {key: touches for key, touches in work.items() if is_mine(key)}


@dataclass(slots=True)
class _Headers:
    offsets: Offsets
    made: dict[frozenset[str], str] = field(default_factory=dict)

    def of(self, topics: frozenset[str]) -> str:
        if topics not in self.made:
            self.made[topics] = offsets_text(self.offsets, topics)
        return self.made[topics]


def fold(kept: Kept, schema: Schema, work: Work, offsets: Offsets, jump: Jump, outcome: Outcome) -> list[NewRecord]:
    """The records of the tiles that changed, which are kept; `offsets` say up to where the events were read."""
    released = kept.released_until_us
    open_tiles = kept.open_tiles(work)
    headers = _Headers(offsets)
    records, rows = [], {}
    for key, touches in work.items():
        tiles = {(n, step): tile for n, step, tile in decode_open(open_tiles[key])} if key in open_tiles else {}
        changed = _add_all(touches, tiles, released, jump, outcome)
        if not changed:
            continue
        entity = key.partition(":")[0]
        groups = schema.groups[entity]
        mine = [(n, step, tile) for (n, step), tile in tiles.items() if (step + 1) * groups[n].step_us > released]
        rows[key] = (max((step + 1) * groups[n].step_us for n, step, _ in mine), encode_open(mine))
        topics = frozenset(groups[n].source.topic for n, _ in changed)
        sent = [(n, step, tiles[n, step]) for n, step in sorted(changed)]
        records.append(tiles_record(key, schema.fingerprints[entity], sent, headers.of(topics)))
        outcome.tiles += len(sent)
    kept.set_open_tiles(rows)
    outcome.rows += len(rows)
    return records


def _add_all(
    touches: Sequence[Touch],
    tiles: dict[tuple[int, int], Payload],
    released_until_us: int,
    jump: Jump,
    outcome: Outcome,
) -> set[tuple[int, int]]:
    """Adds the events to one entity's open tiles; which of them changed."""
    changed = set()
    for plan, one, element in touches:
        at_us, place, event = one.at_us, one.place, one.event
        for number, step_us, add in plan.steps:
            step = at_us // step_us
            if (step + 1) * step_us <= released_until_us:
                _released(one, (step + 1) * step_us, jump, outcome)
                continue
            tile = add(tiles.get((number, step)), at_us, place, event, element)
            if tile is not None:
                tiles[number, step] = tile
                changed.add((number, step))
    return changed


def _released(one: Arrived, end_us: int, jump: Jump, outcome: Outcome) -> None:
    if jump.left_out(end_us, one.received_at_us):
        outcome.left_to_batch += 1
    else:
        outcome.late_to_batch += 1
