"""Which entities are asked at each stop, and every engine's answers compared."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from research.parity.playing import Stop

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import Schema
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.release import standing_of
from tillstream.features.offline.silver import Lake
from tillstream.features.parity import Engine, History, Moment, PolarsReference, Tally, compare
from tillstream.features.parity.live import OnlineEngine, TilesEngine
from tillstream.features.parity.report import explain
from tillstream.features.updates import UPDATES, is_tiles

MakeEngine: TypeAlias = Callable[[History, int], Engine]
"""From the history, and the instant before which nothing is asked."""
_READ_ROWS: Final = 20_000
_OF_EACH_ENTITY: Final = 60
"""Drawn of every entity before the rest is drawn of all."""
_SPARE_RATIO: Final = 1.5
"""Early stops know fewer of the drawn entities than late ones."""


def prove(
    logs: FeatureLogs,
    lake: Lake,
    store: StoreSettings,
    schema: Schema,
    stops: Sequence[Stop],
    *,
    triples: int,
    seed: int,
    tell: Callable[[str], None],
    more: Mapping[str, Engine] | None = None,
    of_silver: Mapping[str, MakeEngine] | None = None,
) -> Tally:
    """Compares about so many triples over the stops, fewer only where the log has no more; the store must be empty.

    `more` engines are compared too; each is asked in the order of the stops. Those `of_silver` are made here, for they
    must be told which rows count.
    """
    chance = random.Random(seed)
    keys = _drawn(logs.updates, schema, round(triples / len(stops) * _SPARE_RATIO), chance)
    ends = logs.updates.end_offsets(UPDATES)
    history = History(logs.updates, schema, keys, standing=standing_of(logs, schema), ends=ends)
    since_us = min(stop.at_us for stop in stops)
    reference = PolarsReference(lake, history, since_us)
    online = OnlineEngine(logs.updates, store, schema)
    made = {name: make(history, since_us) for name, make in (of_silver or {}).items()}
    engines: dict[str, Engine] = {
        "polars": reference, "tiles": TilesEngine(history), "online": online, **made, **(more or {}),
    }  # fmt: skip
    tally = Tally()
    for number, stop in enumerate(stops):
        history.move_to(stop.position)
        wanted = (triples - tally.triples) // (len(stops) - number) + 1
        moment = Moment(stop.position, stop.at_us, _some(list(history.rows), schema, wanted, chance))
        compare(schema, engines, moment, tally)
        explain(tally, reference)
        tell(f"stop {number + 1} of {len(stops)}: {tally}")
    online.close()
    return tally


def _drawn(updates: SqliteLog, schema: Schema, triples: int, chance: random.Random) -> list[str]:
    """Entities of the topic that make at least so many triples at once, some of every kind."""
    of: dict[str, list[str]] = defaultdict(list)
    for key in sorted(_keys(updates)):
        of[key.partition(":")[0]].append(key)
    for keys in of.values():
        chance.shuffle(keys)
    first = [key for keys in of.values() for key in keys[:_OF_EACH_ENTITY]]
    rest = [key for keys in of.values() for key in keys[_OF_EACH_ENTITY:]]
    chance.shuffle(rest)
    return [*first, *_enough(rest, schema, triples)]


def _keys(updates: SqliteLog) -> set[str]:
    found: set[str] = set()
    for partition, end in updates.end_offsets(UPDATES).items():
        offset = 0
        while offset < end and (records := updates.read(UPDATES, partition, offset, _READ_ROWS)):
            offset = records[-1].offset + 1
            found |= {record.key for record in records if is_tiles(record)}
    return found


def _some(keys: list[str], schema: Schema, triples: int, chance: random.Random) -> dict[str, list[str]]:
    """Of these entities so many that they make the triples, and one of each kind that nobody knows."""
    chance.shuffle(keys)
    ids: dict[str, list[str]] = {entity: ["nobody"] for entity in schema.groups}
    for key in _enough(keys, schema, triples):
        entity, _, one = key.partition(":")
        ids[entity].append(one)
    return ids


def _enough(keys: Sequence[str], schema: Schema, triples: int) -> Iterator[str]:
    features: dict[str, int] = defaultdict(int)
    for feature in schema.features.values():
        features[feature.entity] += 1
    for key in keys:
        if triples <= 0:
            return
        triples -= features[key.partition(":")[0]]
        yield key
