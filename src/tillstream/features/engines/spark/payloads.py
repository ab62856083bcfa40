"""The payload of a tile from what Spark aggregated: pure, and the same bytes whoever makes it."""

from collections import Counter
from collections.abc import Sequence

from tillstream.features.definitions.groups import Group
from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.tiles import Payload, empty_columns


def payload_of(group: Group, numbers: Sequence[int | None] | None, texts: Sequence[str] | None) -> Payload:
    """What features/tiles.py says a payload of that kind is.

    `numbers`: columns, null where none had a value; at, place and whole fields of an end; at and place of each entry
    of `recent`. `texts`: text fields of an end; values, each as often as it came.
    """
    numbers, texts = numbers or (), texts or ()
    match group.kind:
        case "sums" | "extremes":
            none = empty_columns(group)
            return [one if one is not None else none[n] for n, one in enumerate(numbers)]
        case "last" | "first":
            return [*numbers, *texts]
        case "distinct":
            return sorted(set(map(stable_hash, texts)))[: group.limit]
        case "counts":
            counts = Counter(texts)
            return {value: counts[value] for value in sorted(sorted(counts, key=stable_hash)[: group.limit])}
    return _recent(numbers, texts)[: group.limit]


def _recent(numbers: Sequence[int | None], texts: Sequence[str]) -> list[list[object]]:
    newest: dict[str, list[object]] = {}
    for at, place, value in sorted(zip(numbers[::2], numbers[1::2], texts, strict=True), reverse=True):
        newest.setdefault(value, [at, place, value])
    return list(newest.values())
