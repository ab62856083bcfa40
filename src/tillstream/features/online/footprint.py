"""What rows take in the store's memory, computed before they are there: pure, from a schema and numbers of entities.

A row is a value under a key with a time to live. The server's entry for it, its share of the two tables of keys while
they grow, and what the allocator rounds up were measured on Valkey 9.1; tests hold the sum to a real server's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tillstream.features.costs import row_bytes_at_most
from tillstream.features.definitions import Schema
from tillstream.features.online.position import PREFIX

ENTRY_BYTES: Final = 120
"""Beside key and value: 85 to 108 bytes with libc's allocator, more while a table doubles."""
SERVER_BYTES: Final = 2 * 2**20
"""An empty server with its connections."""
ID_BYTES: Final = 64
"""The longest id that a contract lets through."""
_ROUNDED_UP: Final = 1.25
"""jemalloc has four sizes between two powers of two, so a value takes at most a quarter more."""


@dataclass(frozen=True, slots=True)
class Rows:
    """An entity kind's rows as they are expected: how many, and the mean bytes of a row and of an id.

    `row_bytes` is None where nothing is known of them but their number.
    """

    entities: int
    row_bytes: float | None = None
    id_bytes: float = ID_BYTES


@dataclass(frozen=True, slots=True)
class Need:
    """What an entity kind needs: `row_at_most` and `expected_row` are bytes of one row, the others of all."""

    entity: str
    entities: int
    row_at_most: int
    at_most_bytes: int
    expected_row: float | None = None
    expected_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Footprint:
    """What all kinds need of a store that may hold `most_bytes` (0: no bound)."""

    needs: tuple[Need, ...]
    most_bytes: int

    @property
    def at_most_bytes(self) -> int:
        """Every row as large as its definitions allow: longest ids and texts, each window full, each cap reached."""
        return SERVER_BYTES + sum(need.at_most_bytes for need in self.needs)

    @property
    def expected_bytes(self) -> int:
        """As the rows of the lake are; a kind that is not known there counts with the most it can take."""
        known = (need.at_most_bytes if need.expected_bytes is None else need.expected_bytes for need in self.needs)
        return SERVER_BYTES + sum(known)

    @property
    def fits(self) -> bool:
        """Whether what is expected is no more than the store may hold."""
        return not self.most_bytes or self.expected_bytes <= self.most_bytes


def stored_bytes(row_bytes: float, id_bytes: float, entity: str) -> float:
    """What a row of so many bytes takes of the server's memory, on average."""
    return ENTRY_BYTES + len(PREFIX) + len(entity) + 1 + id_bytes + row_bytes


def footprint(schema: Schema, rows: Mapping[str, Rows], most_bytes: int) -> Footprint:
    """What these rows of the schema's entity kinds need; kinds that are not named need nothing."""
    return Footprint(
        tuple(_need(schema, entity, rows[entity]) for entity in schema.groups if entity in rows), most_bytes
    )


def _need(schema: Schema, entity: str, rows: Rows) -> Need:
    at_most = row_bytes_at_most(schema.groups[entity])
    most_stored = stored_bytes(_ROUNDED_UP * at_most, _ROUNDED_UP * ID_BYTES, entity)
    need = Need(entity, rows.entities, at_most, round(rows.entities * most_stored))
    if rows.row_bytes is None:
        return need
    stored = stored_bytes(rows.row_bytes, rows.id_bytes, entity)
    return Need(entity, rows.entities, at_most, need.at_most_bytes, rows.row_bytes, round(rows.entities * stored))
