"""A running home's store, where it stands now, against the reference."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Final

from tillstream.adapters.store import WritingStore
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import Schema
from tillstream.features.logs import FeatureLogs
from tillstream.features.offline.release import standing_of
from tillstream.features.offline.settling import lake_lacks, settle, source_ends, store_lacks
from tillstream.features.offline.silver import Lake
from tillstream.features.online.position import offsets_told
from tillstream.features.parity.comparing import Engine, Moment, Tally, Values, compare
from tillstream.features.parity.history import History
from tillstream.features.parity.live import TilesEngine, read_online
from tillstream.features.parity.reference import PolarsReference
from tillstream.features.parity.report import explain
from tillstream.features.updates import UPDATES

_IDS_AT_ONCE: Final = 2_000


def check_parity(
    lake: Lake,
    logs: FeatureLogs,
    store: StoreSettings,
    schema: Schema,
    keys: Sequence[str],
    at_us: int,
    *,
    wait_seconds: float = 0.0,
) -> Tally:
    """Compares every feature of these entities (`<entity>:<id>`) at an instant.

    Raises NotSettled when the store does not reach the end of the topic, or silver what the store counts,
    within `wait_seconds`. Events that come meanwhile do not matter.
    """
    standing = standing_of(logs, schema)
    ends = logs.updates.end_offsets(UPDATES)
    with closing(WritingStore(store)) as writing:
        settle(lambda: store_lacks(writing, logs.updates, schema, ends), wait_seconds)
    answers: dict[Moment, Values] = {}
    for ids in _portions(keys):
        rows = asyncio.run(read_online(store, schema, ids, at_us))
        answers[Moment(offsets_told(rows.position), at_us, ids)] = rows.values
    ahead = History(logs.updates, schema, (), standing=standing, ends=ends)
    for moment in answers:
        ahead.move_to(moment.position)
    # Headers from before a move name offsets of another log: no more than there is can be waited for.
    there = source_ends(logs.source, schema)
    needed = {place: min(offset, there[place]) for place, offset in ahead.needed().items()}
    settle(lambda: lake_lacks(logs.source, needed), wait_seconds)
    history = History(logs.updates, schema, keys, standing=standing, ends=ends)
    reference = PolarsReference(lake, history, at_us, log_id=logs.source.log_id)
    engines: dict[str, Engine] = {"polars": reference, "tiles": TilesEngine(history), "online": answers.__getitem__}
    tally = Tally()
    for moment in answers:
        compare(schema, engines, moment, tally)
        explain(tally, reference)
    return tally


def _portions(keys: Sequence[str]) -> Iterator[Mapping[str, list[str]]]:
    for start in range(0, len(keys), _IDS_AT_ONCE):
        ids: dict[str, list[str]] = defaultdict(list)
        for key in keys[start : start + _IDS_AT_ONCE]:
            entity, _, one = key.partition(":")
            ids[entity].append(one)
        yield ids
