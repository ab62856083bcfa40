"""The Polars reference at a moment: from exactly those rows of silver that the position counts."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tillstream.features.definitions import Feature, with_parts
from tillstream.features.definitions.aggregations import Top
from tillstream.features.definitions.language import Source
from tillstream.features.engines.polars import Spine, values_of
from tillstream.features.offline.silver import Lake, begin_of, events_by_source, silver_of
from tillstream.features.parity.comparing import Moment, Values
from tillstream.features.parity.derived import derived_cells
from tillstream.features.parity.history import History


class PolarsReference:
    """An engine over a lake that holds all that will be asked; nothing is asked before `since_us`."""

    def __init__(self, lake: Lake, history: History, since_us: int, *, log_id: str | None = None) -> None:
        """`log_id` is the log's whose offsets the headers name; by default there was never another."""
        self._history, self._schema = history, history.schema
        self._events: dict[str, dict[Source, pl.DataFrame]] = {}
        for entity, groups in self._schema.groups.items():
            ids = [key.partition(":")[2] for key in history.keys if key.startswith(f"{entity}:")]
            events = events_by_source(groups, silver_of(lake, groups, begin_of(groups, since_us), log_id=log_id))
            self._events[entity] = {of: frame.filter(_is_of(ids)) for of, frame in events.items()}

    def __call__(self, moment: Moment) -> Values:
        """The values; the features of an entity that has no tiles are its definition's."""
        self._history.move_to(moment.position)
        return {entity: self._entity(entity, ids, moment.at_us) for entity, ids in moment.ids.items()}

    def counted(self, entity: str, number: int, ids: Sequence[str]) -> pl.DataFrame:
        """The events of these ids that count, where the history now is, in the tiles of one group."""
        group = self._schema.groups[entity][number]
        events = self._events[entity][group.source].filter(_is_of(ids))
        return self._history.counted(entity, number, group, events)

    def events_behind(self, feature: str, entity_id: str) -> list[dict[str, Any]]:
        """What counts for a feature and its parts where the history now is, newest first."""
        parts = with_parts([self._schema.features[feature]], self._schema.features)
        numbers = {self._schema.bindings[name].number for name, part in parts.items() if part.is_tiled}
        entity = self._schema.features[feature].entity
        found = [self.counted(entity, number, [entity_id]) for number in sorted(numbers)]
        rows = {(row["place"], repr(row)): row for frame in found for row in frame.to_dicts()}
        return sorted(rows.values(), key=lambda row: (row["at"], row["place"]), reverse=True)

    def _entity(self, entity: str, ids: Sequence[str], at_us: int) -> dict[str, dict[str, Any]]:
        schema = self._schema
        spine = Spine({entity: pl.Series(ids, dtype=pl.String)}, pl.Series([at_us] * len(ids)))
        columns: dict[str, list[Any]] = {}
        for number, group in enumerate(schema.groups[entity]):
            mine = [one.feature for one in schema.bindings.values() if (one.group, one.number) == (group, number)]
            frame = values_of(schema, mine, {group.source: self.counted(entity, number, ids)}, spine)
            columns |= {feature.name: _plain(feature, frame[feature.name]) for feature in mine}
        for feature in schema.features.values():
            if feature.entity == entity and not feature.is_tiled:
                cells = derived_cells(feature, columns, ids=len(ids), at_us=at_us, given={})
                columns[feature.name] = [feature.default if cell is None else cell for cell in cells]
        return {one: _row(columns, row) for row, one in enumerate(ids)}


def _row(columns: Mapping[str, list[Any]], row: int) -> dict[str, Any]:
    return {name: cells[row] for name, cells in columns.items()}


def _is_of(ids: Sequence[str]) -> pl.Expr:
    return pl.col("key").is_in(list(ids))


def _plain(feature: Feature, column: pl.Series) -> list[Any]:
    """Cells as the online reader gives them."""
    if isinstance(feature.aggregation, Top):
        return [{entry["value"]: entry["count"] for entry in cell} for cell in column.to_list()]
    return [tuple(cell) if isinstance(cell, list) else cell for cell in column.to_list()]
