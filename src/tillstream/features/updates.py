"""Records of feature_updates.v1: whole tiles of one entity, or the mark that steps were released.

A record's key is `<entity>:<id>`; its header `offsets` says, for each source topic of its tiles, the next offset
of each partition when they were computed: every event below that lies in their steps is counted in them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from tillstream.adapters.log import NewRecord, Record
from tillstream.core.contracts import topic_named
from tillstream.features.tiles import Payload

UPDATES: Final = "feature_updates.v1"
KIND: Final = "kind"
OFFSETS: Final = "offsets"
RELEASED: Final = "released"
RESENT: Final = "resent"
"""Mark after which the topic's remains, or its records of these definitions, make a store whole."""

Tiles: TypeAlias = dict[int, dict[int, Payload]]
"""Group number to step to payload."""
Offsets: TypeAlias = Mapping[tuple[str, int], int]
"""Next offset by topic and partition."""

OWED: Final = "owed"
"""Mark after which the topic's rows lack what a backlog left to batch, until it has sent that."""

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(tuple[bytes, list[tuple[int, int, Any]]]).decode
_OPEN: Final = msgspec.msgpack.Decoder(list[tuple[int, int, Any]]).decode


def update_key(entity: str, entity_id: str) -> str:
    """The key of an entity's records, and behind its prefix of its row in the store."""
    return f"{entity}:{entity_id}"


def tiles_record(key: str, fingerprint: bytes, tiles: Iterable[tuple[int, int, Payload]], offsets: str) -> NewRecord:
    """Whole tiles (group number, step, payload) of one entity."""
    return NewRecord(key, _ENCODE((fingerprint, list(tiles))), {OFFSETS: offsets})


def decode_tiles_record(value: bytes) -> tuple[bytes, list[tuple[int, int, Payload]]]:
    """The fingerprint and the tiles of a record."""
    return _DECODE(value)


def encode_open(tiles: Iterable[tuple[int, int, Payload]]) -> bytes:
    """Tiles as the live engine keeps them."""
    return _ENCODE(list(tiles))


def decode_open(value: bytes) -> list[tuple[int, int, Payload]]:
    """Tiles that the live engine kept."""
    return _OPEN(value)


def release_mark(partition: int, until_us: int, offsets: str) -> NewRecord:
    """In each partition one: every step that ended by `until_us` belongs to batch from here on."""
    return NewRecord("", str(until_us).encode(), {KIND: RELEASED, OFFSETS: offsets}, partition)


def resent_mark() -> NewRecord:
    """Batch has sent, in the records before, every released step again, or those that a backlog left to it."""
    return NewRecord("", b"", {KIND: RESENT}, 0)


def owed_marks() -> list[NewRecord]:
    """In each partition one, before the tiles that were counted with the first event left out."""
    return [NewRecord("", b"", {KIND: OWED}, partition) for partition in range(topic_named(UPDATES).partitions)]


def is_tiles(record: Record) -> bool:
    """Whether it holds tiles and not a mark."""
    return KIND not in record.headers


def offsets_text(offsets: Offsets, topics: Iterable[str]) -> str:
    """The header of tiles made from these topics: `clicks.v1/0:12 clicks.v1/1:40`."""
    wanted = frozenset(topics)
    named = sorted(place for place in offsets if place[0] in wanted)
    return " ".join(f"{topic}/{partition}:{offsets[topic, partition]}" for topic, partition in named)


def parse_offsets(text: str) -> dict[tuple[str, int], int]:
    """The offsets in a header."""
    found = {}
    for part in text.split():
        place, _, offset = part.rpartition(":")
        topic, _, partition = place.rpartition("/")
        found[topic, int(partition)] = int(offset)
    return found
