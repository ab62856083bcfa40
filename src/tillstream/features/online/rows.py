"""What one round trip brought, turned into values by feature and id."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tillstream.features.definitions.aggregations import parts_of
from tillstream.features.definitions.language import Feature
from tillstream.features.definitions.schema import Schema
from tillstream.features.online.column import AnyColumn, Single
from tillstream.features.online.packed import PackedRows
from tillstream.features.online.reading import Reading, readings_of
from tillstream.features.online.single import SingleRow, single_values
from tillstream.features.online.untiled import untiled_column
from tillstream.features.online.windowed import windowed_columns


class FeatureRows:
    """Values as the store had them at `position`; an id that the store does not know has the defaults.

    Made of the rows, it raises FingerprintUnknown or RowBroken where one of them cannot be read.
    """

    def __init__(
        self,
        schema: Schema,
        features: Sequence[Feature],
        ids: Mapping[str, Sequence[str]],
        rows: Mapping[str, Sequence[bytes | None]],
        *,
        at_us: int,
        position: str,
        counted_until_us: int | None = None,
        given: Mapping[str, Any] | None = None,
        readings: Mapping[str, Reading] | None = None,
    ) -> None:
        """`ids` by entity, each once, and the row of each.

        `counted_until_us`: all received before is in the rows, as the worker last told; None if none ever did.

        `given` holds the fields of the request that features are given by; `readings` are those of the features.
        """
        self._ids, self._rows, self._given = ids, rows, given or {}
        self._readings = readings_of(schema, features, rows) if readings is None else readings
        self._packed = {
            entity: SingleRow(schema, entity, *of) if len(of) == 1 else PackedRows(schema, entity, of)
            for entity, of in rows.items()
            if entity in schema.groups
        }
        self.at_us, self.position, self.counted_until_us = at_us, position, counted_until_us

    @classmethod
    def of(
        cls, schema: Schema, features: Sequence[Feature], rows: Mapping[str, Mapping[str, bytes | None]], **rest: Any
    ) -> Self:
        """The same of rows by entity and id."""
        ids = {entity: tuple(of) for entity, of in rows.items()}
        return cls(schema, features, ids, {entity: tuple(of.values()) for entity, of in rows.items()}, **rest)

    @cached_property
    def values(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Entity to id to feature to value; a missing value is the feature's default."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for entity, ids in self._ids.items():
            names = self._readings[entity].names
            if len(ids) == 1:
                told = self._told(entity)
                found[entity] = {one: {name: told[name] for name in names} for one in ids}
                continue
            columns = self._columns[entity]
            cells = zip(*(columns[name].cells() for name in names), strict=True) if names else ((),) * len(ids)
            found[entity] = {one: dict(zip(names, values, strict=True)) for one, values in zip(ids, cells, strict=True)}
        return found

    @property
    def missing(self) -> dict[str, int]:
        """How many ids of each entity kind the store knows nothing of."""
        return {entity: sum(row is None for row in of) for entity, of in self._rows.items()}

    @cached_property
    def defaulted(self) -> tuple[str, ...]:
        """Names of features that took their default for at least one id, because the store knows nothing of it."""
        without = [entity for entity, rows in self._rows.items() if not all(rows)]
        return tuple(name for entity in without for name in self._readings[entity].names)

    def numbers(self, entity: str) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
        """Each numeric feature's values in the order of the ids asked, whole ones as they are; a missing one is NaN."""
        columns = self._columns[entity]
        return {name: columns[name].numbers() for name in self._readings[entity].numeric}

    def matrix(self, entity: str, ids: Sequence[str], names: Sequence[str]) -> NDArray[np.float32]:
        """One row an id, one column a name; a missing value is NaN. An id may come more than once."""
        places = {one: number for number, one in enumerate(self._ids.get(entity, ()))}
        picked = np.array([places[one] for one in ids], np.intp)
        out = np.empty((len(ids), len(names)), np.float32)
        for column, name in enumerate(names):
            out[:, column] = self._columns[entity][name].numbers()[picked]
        return out

    @cached_property
    def _columns(self) -> dict[str, dict[str, AnyColumn]]:
        """By entity a column for each feature and its parts: one value for each id, in the order asked."""
        return {entity: self._columns_of(entity) for entity in self._rows}

    def _columns_of(self, entity: str) -> dict[str, AnyColumn]:
        reading, ids = self._readings[entity], len(self._ids[entity])
        if ids == 1:
            return {name: Single(value) for name, value in self._told(entity).items()}
        packed = self._packed.get(entity)
        columns = windowed_columns(reading, packed, self.at_us) if isinstance(packed, PackedRows) else {}
        for feature in reading.untiled:
            columns[feature.name] = untiled_column(feature, columns, ids=ids, at_us=self.at_us, given=self._given)
        return columns

    def _told(self, entity: str) -> dict[str, Any]:
        """Of an entity kind that was asked for one id: each feature's value, and its parts'."""
        reading, row = self._readings[entity], self._packed.get(entity)
        values = single_values(reading, row, self.at_us) if isinstance(row, SingleRow) else {}
        for feature in reading.untiled:
            parts = {name: Single(values[name]) for name in parts_of(feature.aggregation)}
            column = untiled_column(feature, parts, ids=1, at_us=self.at_us, given=self._given)
            (values[feature.name],) = column.cells()
        return values
