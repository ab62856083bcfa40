"""Spark at many moments: each from exactly those rows of silver that its position counts, all in one job an entity."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
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
    """An engine over frames that hold all that is asked at these moments, given in the order of positions.

    Which events count is the history's to say, and it is moved to the last moment; what they are, and what comes of
    them, is Spark's. An id is another key at each moment, `<moment>:<id>`, so that one job answers all.
    """

    def __init__(self, session: SparkSession, frames: Frames, history: History, moments: Sequence[Moment]) -> None:
        self._session, self._history, self._schema, self._moments = session, history, history.schema, moments
        since_us = min(moment.at_us for moment in moments)
        self._events: dict[tuple[str, Source], DataFrame] = {}
        self._places: dict[tuple[str, Source], pl.DataFrame] = {}
        for entity, groups in self._schema.groups.items():
            self._read(entity, groups, frames, begin_of(groups, since_us))
        told = self._told()
        self._answers: dict[Moment, dict[str, dict[str, dict[str, Any]]]] = {moment: {} for moment in moments}
        for entity in self._schema.groups:
            self._answer(entity, told)
        for events in self._events.values():
            events.unpersist()

    def __call__(self, moment: Moment) -> Values:
        """The values; raises KeyError for another moment than those it was made for."""
        return self._answers[moment]

    def _read(self, entity: str, groups: Sequence[Group], frames: Frames, begin: Mapping[str, int]) -> None:
        ids = [key.partition(":")[2] for key in self._history.keys if key.startswith(f"{entity}:")]
        keys = f.broadcast(self._session.createDataFrame(pa.table({"key": pa.array(ids, pa.string())})))
        for source, of in _by_source(groups).items():
            silver = frames(source.topic, begin[source.topic])
            events = events_of(source, silver, columns_of_source(group for _, group in of))
            mine = events.join(keys, on="key", how="left_semi").persist()
            places = pl.from_arrow(mine.select("key", "at", "place").distinct().toArrow())
            assert isinstance(places, pl.DataFrame)  # noqa: S101 - a table is a frame
            self._events[entity, source], self._places[entity, source] = mine, places

    def _told(self) -> dict[tuple[str, Source], list[pl.DataFrame]]:
        """For each moment the places that count there, with a bit for each group in which they do."""
        told: dict[tuple[str, Source], list[pl.DataFrame]] = defaultdict(list)
        for number, moment in enumerate(self._moments):
            self._history.move_to(moment.position)
            for (entity, source), places in self._places.items():
                asked = places.filter(pl.col("key").is_in(list(moment.ids.get(entity, ()))))
                asked = asked.with_columns(row=pl.int_range(pl.len()), moment=pl.lit(number, pl.Int64))
                bits = self._bits(entity, source, asked)
                columns = [pl.Series(f"{_COUNTED}{n}", one) for n, one in enumerate(bits)]
                counted = pl.any_horizontal(pl.col(of.name) != 0 for of in columns)
                told[entity, source].append(asked.drop("row", "at").with_columns(columns).filter(counted))
        return told

    def _bits(self, entity: str, source: Source, asked: pl.DataFrame) -> NDArray[np.int64]:
        groups = _by_source(self._schema.groups[entity])[source]
        bits = np.zeros((len(groups) // _BITS + 1, asked.height), np.int64)
        for bit, (number, group) in enumerate(groups):
            counted = self._history.counted(entity, number, group, asked)["row"].to_numpy()
            bits[bit // _BITS, counted] |= 1 << bit % _BITS
        return bits

    def _answer(self, entity: str, told: Mapping[tuple[str, Source], list[pl.DataFrame]]) -> None:
        features = [one for one in self._schema.features.values() if one.entity == entity]
        asked = [(n, moment, one) for n, moment in enumerate(self._moments) for one in moment.ids.get(entity, ())]
        keys = pa.array([f"{n}:{one}" for n, _, one in asked], pa.string())
        instants = [moment.at_us for _, moment, _ in asked]
        spine = pa.table({"row": list(range(len(asked))), "at_us": instants, f"{entity}_id": keys})
        events: dict[tuple[str, Source], DataFrame] = {}
        bits: dict[int, int] = {}
        for source, groups in _by_source(self._schema.groups[entity]).items():
            places = self._session.createDataFrame(pl.concat(told[entity, source]).to_arrow())
            counted = self._events[entity, source].join(places, on=["key", "place"])
            rest = [name for name in counted.columns if name not in ("key", "received", "moment")]
            # As if known since ever.
            events[entity, source] = counted.selectExpr("concat(moment, ':', key) AS key", "0L AS received", *rest)
            bits |= {number: bit for bit, (number, _) in enumerate(groups)}
        frame = f.broadcast(self._session.createDataFrame(spine))
        cells = cells_of(self._schema, features, events, frame, lambda number: _is_counted(bits[number]))
        found = cells.select("row", *(f.col(f"`{one.name}`") for one in features)).toArrow()
        columns = {one.name: [_plain(one, cell) for cell in found[one.name].to_pylist()] for one in features}
        for at, row in enumerate(found["row"].to_pylist()):
            _, moment, one = asked[row]
            self._answers[moment].setdefault(entity, {})[one] = {name: of[at] for name, of in columns.items()}


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
