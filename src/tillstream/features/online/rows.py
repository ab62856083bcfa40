"""What one round trip brought, turned into values by feature and id."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillstream.features.definitions.language import Feature
from tillstream.features.definitions.schema import Binding, Schema, with_parts
from tillstream.features.errors import NotServed
from tillstream.features.online.cells import Cells, Section, cells_of
from tillstream.features.online.packing import sections_of
from tillstream.features.online.untiled import untiled_cells


class FeatureRows:
    """Values as the store had them at `position`; an id that the store does not know has the defaults."""

    def __init__(
        self,
        schema: Schema,
        features: Sequence[Feature],
        rows: Mapping[str, Mapping[str, bytes | None]],
        *,
        at_us: int,
        position: str,
        counted_until_us: int | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        """`counted_until_us`: all received before is in the rows, as the worker last told; None if none ever did.

        `given` holds the fields of the request that features are given by.
        """
        self._schema, self._rows, self._given = schema, rows, given or {}
        self._features = tuple(feature for feature in features if feature.entity in rows)
        self.at_us, self.position, self.counted_until_us = at_us, position, counted_until_us

    @cached_property
    def values(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Entity to id to feature to value; a missing value is the feature's default."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for entity, rows in self._rows.items():
            names = [feature.name for feature in self._features if feature.entity == entity]
            columns = [self._columns[name] for name in names]
            cells = zip(*columns, strict=True) if columns else ((),) * len(rows)
            found[entity] = {
                one: dict(zip(names, values, strict=True)) for one, values in zip(rows, cells, strict=True)
            }
        return found

    @cached_property
    def defaulted(self) -> tuple[str, ...]:
        """Names of features that took their default for at least one id, because the store knows nothing of it."""
        without = {entity for entity, rows in self._rows.items() if not all(rows.values())}
        return tuple(feature.name for feature in self._features if feature.entity in without)

    def matrix(self, entity: str, ids: Sequence[str], names: Sequence[str]) -> NDArray[np.float32]:
        """One row an id, one column a name; a missing value is NaN. An id may come more than once."""
        places = {one: number for number, one in enumerate(self._rows.get(entity, ()))}
        picked = [places[one] for one in ids]
        out = np.empty((len(ids), len(names)), np.float32)
        for column, name in enumerate(names):
            cells = np.array([np.nan if cell is None else cell for cell in self._columns[name]], np.float64)
            out[:, column] = cells[picked]
        return out

    @cached_property
    def _columns(self) -> dict[str, Cells]:
        """A column for each feature and its parts: one cell for each id of its entity, in the order asked."""
        needed = with_parts(self._features, self._schema.features)
        columns: dict[str, Cells] = {}
        for bindings, section in self._sections([feature for feature in needed.values() if feature.is_tiled]):
            for binding in bindings:
                columns[binding.feature.name] = cells_of(binding, section, self.at_us)
        for name, feature in needed.items():
            found = columns[name] if feature.is_tiled else self._untiled(feature, columns)
            columns[name] = [feature.default if cell is None else cell for cell in found]
        return columns

    def _untiled(self, feature: Feature, columns: Mapping[str, Cells]) -> Cells:
        ids = len(self._rows[feature.entity])
        return untiled_cells(feature, columns, ids=ids, at_us=self.at_us, given=self._given)

    def _sections(self, features: Sequence[Feature]) -> Iterator[tuple[list[Binding], Section]]:
        for entity, rows in self._rows.items():
            mine: dict[int, list[Binding]] = {}
            for feature in features:
                if feature.entity == entity:
                    if (binding := self._schema.bindings.get(feature.name)) is None:
                        raise NotServed(feature.name)
                    mine.setdefault(binding.number, []).append(binding)
            if not mine:
                continue
            groups = self._schema.groups[entity]
            split = [sections_of(row, self._schema.fingerprints[entity], groups, mine) for row in rows.values()]
            for place, (number, bindings) in enumerate(mine.items()):
                yield bindings, Section(groups[number], [parts[place] for parts in split])
