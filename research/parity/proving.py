"""Which entities are asked at each stop, and every engine's answers compared."""

import random
from collections import Counter, defaultdict
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

MakeEngine: TypeAlias = Callable[[History, Sequence[Moment]], Engine]
"""From a history of its own, and all that will be asked, in the order of positions."""
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

    def history() -> History:
        return History(logs.updates, schema, keys, standing=standing_of(logs, schema), ends=ends)

    moments = _moments(history(), stops, triples, chance)
    made = {name: make(history(), moments) for name, make in (of_silver or {}).items()}
    for name in made:
        tell(f"{name} has answered")
    shared = history()
    reference = PolarsReference(lake, shared, min(stop.at_us for stop in stops))
    online = OnlineEngine(logs.updates, store, schema)
    engines: dict[str, Engine] = {
        "polars": reference, "tiles": TilesEngine(shared), "online": online, **made, **(more or {}),
    }  # fmt: skip
    tally = Tally()
    for number, moment in enumerate(moments):
        compare(schema, engines, moment, tally)
        explain(tally, reference)
        tell(f"stop {number + 1} of {len(stops)}: {tally}")
    online.close()
    return tally


def _moments(history: History, stops: Sequence[Stop], triples: int, chance: random.Random) -> list[Moment]:
    """Who is asked at each stop: of those known by then so many that all stops together make the triples."""
    features = _features(history.schema)
    found: list[Moment] = []
    for number, stop in enumerate(stops):
        history.move_to(stop.position)
        wanted = triples // (len(stops) - number) + 1
        found.append(Moment(stop.position, stop.at_us, _some(list(history.rows), history.schema, wanted, chance)))
        triples -= sum(len(ids) * features[entity] for entity, ids in found[-1].ids.items())
    return found


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
    features = _features(schema)
    for key in keys:
        if triples <= 0:
            return
        triples -= features[key.partition(":")[0]]
        yield key


def _features(schema: Schema) -> Mapping[str, int]:
    return Counter(feature.entity for feature in schema.features.values())
