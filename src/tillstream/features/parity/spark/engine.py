"""Spark at a moment: from exactly those rows of silver that the position counts, each entity in one job."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from tillstream.features.definitions import Feature
from tillstream.features.definitions.aggregations import Recent, Top
from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.language import Source
from tillstream.features.engines.spark import columns_of_source, events_of
from tillstream.features.engines.spark.values import cells_of
from tillstream.features.offline.silver import begin_of
from tillstream.features.offline.spark import Frames
from tillstream.features.parity.comparing import Moment, Values
from tillstream.features.parity.history import History

_COUNTED: Final = "counted"
_BITS: Final = 62
"""Groups in one column of bits."""


class SparkEngine:
    """An engine over frames that hold all that will be asked; nothing is asked before `since_us`.

    Which events count is the history's to say; what they are, and what comes of them, is Spark's.
    """

    def __init__(self, session: SparkSession, frames: Frames, history: History, since_us: int) -> None:
        self._session, self._history, self._schema = session, history, history.schema
        self._events: dict[tuple[str, Source], DataFrame] = {}
        self._places: dict[tuple[str, Source], pl.DataFrame] = {}
        for entity, groups in self._schema.groups.items():
            ids = [key.partition(":")[2] for key in history.keys if key.startswith(f"{entity}:")]
            keys = f.broadcast(session.createDataFrame(pa.table({"key": pa.array(ids, pa.string())})))
            begin = begin_of(groups, since_us)
            for source, of in _by_source(groups).items():
                silver = frames(source.topic, begin[source.topic])
                events = events_of(source, silver, columns_of_source(group for _, group in of))
                mine = events.join(keys, on="key", how="left_semi").persist()
                self._events[entity, source] = mine
                places = pl.from_arrow(mine.select("key", "at", "place").distinct().toArrow())
                assert isinstance(places, pl.DataFrame)  # noqa: S101 - a table is a frame
                self._places[entity, source] = places.with_columns(row=pl.int_range(pl.len()))

    def __call__(self, moment: Moment) -> Values:
        """The values; the features of an entity that has no tiles are its definition's."""
        self._history.move_to(moment.position)
        return {entity: self._entity(entity, list(ids), moment.at_us) for entity, ids in moment.ids.items()}

    def close(self) -> None:
        """Lets go of the events."""
        for events in self._events.values():
            events.unpersist()

    def _entity(self, entity: str, ids: list[str], at_us: int) -> dict[str, dict[str, Any]]:
        schema = self._schema
        features = [one for one in schema.features.values() if one.entity == entity]
        rows = pa.table({"row": list(range(len(ids))), "at_us": [at_us] * len(ids), f"{entity}_id": ids})
        spine = f.broadcast(self._session.createDataFrame(rows))
        bits = self._bits(entity)
        events = {
            (entity, source): self._counted(entity, source, of, ids)
            for source, of in _by_source(schema.groups[entity]).items()
        }
        cells = cells_of(schema, features, events, spine, lambda number: _is_counted(bits[number]))
        found = cells.select("row", *(f.col(f"`{one.name}`") for one in features)).toArrow()
        told = {one.name: [_plain(one, cell) for cell in found[one.name].to_pylist()] for one in features}
        return {ids[row]: {name: of[n] for name, of in told.items()} for n, row in enumerate(found["row"].to_pylist())}

    def _counted(self, entity: str, source: Source, groups: Sequence[tuple[int, Group]], ids: list[str]) -> DataFrame:
        """The events of these ids with a bit for each group in which they count, as if known since ever."""
        places = self._places[entity, source].filter(pl.col("key").is_in(ids))
        masks = np.zeros((len(groups) // _BITS + 1, self._places[entity, source].height), np.int64)
        for bit, (number, group) in enumerate(groups):
            counted = self._history.counted(entity, number, group, places)["row"].to_numpy()
            masks[bit // _BITS, counted] |= 1 << bit % _BITS
        columns = [pl.Series(f"{_COUNTED}{n}", mask[places["row"].to_numpy()]) for n, mask in enumerate(masks)]
        known = places.with_columns(columns).filter(pl.any_horizontal(pl.col(of.name) != 0 for of in columns))
        told = self._session.createDataFrame(known.drop("row", "at").to_arrow())
        return (
            self._events[entity, source].join(told, on=["key", "place"]).withColumn("received", f.lit(0).cast("long"))
        )

    def _bits(self, entity: str) -> dict[int, int]:
        of = _by_source(self._schema.groups[entity]).values()
        return {number: bit for groups in of for bit, (number, _) in enumerate(groups)}


def _is_counted(bit: int) -> str:
    return f"getbit({_COUNTED}{bit // _BITS}, {bit % _BITS}) = 1"


def _by_source(groups: Sequence[Group]) -> Mapping[Source, list[tuple[int, Group]]]:
    sources: dict[Source, list[tuple[int, Group]]] = defaultdict(list)
    for number, group in enumerate(groups):
        sources[group.source].append((number, group))
    return sources


def _plain(feature: Feature, cell: Any) -> Any:
    """A cell as the online reader gives it."""
    if cell is None:
        return feature.default
    if isinstance(feature.aggregation, Top):
        return {entry["value"]: entry["count"] for entry in cell}
    return tuple(cell) if isinstance(feature.aggregation, Recent) else cell
