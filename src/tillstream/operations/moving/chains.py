"""What belongs together: the items of a key, each within reach of the one before.

A session, or a match of a pattern, never leaves its chain. Where a chain is carried whole or not at all, a job that
begins on the new log finds in it what it would have found on the old one.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence

from tillstream.operations.moving.scanning import ROW_BITS, KeyedReader, Scan


def whole_chains(
    scan: Scan, readers: Sequence[KeyedReader], starts: Sequence[int], settled_ms: Mapping[str, int]
) -> set[int]:
    """The rows before `starts`, the first carried row of each partition, that are carried too.

    Those of every chain that has a carried row, or that may still grow: it reaches beyond `settled_ms` of its job. An
    order lies in chains of several jobs, so what one job pulls along may pull more for another. The newest of each
    partition comes along too: time stands still on a partition that is empty.
    """
    pulled = set(_newest_rows(scan, starts))

    def is_carried(row: int) -> bool:
        return row & (1 << ROW_BITS) - 1 >= starts[row >> ROW_BITS] or row in pulled

    while True:
        before = len(pulled)
        for reader in readers:
            until_ms = settled_ms[reader.name]
            for key, (at_ms, rows) in scan.items[reader.name].items():
                pulled.update(_pulled(at_ms, rows, reader.reach_ms(key), until_ms, is_carried))
        if len(pulled) == before:
            return pulled


def _newest_rows(scan: Scan, starts: Sequence[int]) -> Iterator[int]:
    for number, place in enumerate(scan.places):
        if at_us := scan.at_us[place]:
            newest = at_us.index(max(at_us))
            if newest < starts[number]:
                yield (number << ROW_BITS) + newest


def _pulled(
    at_ms: "array[int]", rows: "array[int]", reach_ms: int, settled_ms: int, is_carried: Callable[[int], bool]
) -> Iterator[int]:
    carried = [is_carried(row) for row in rows]
    if all(carried) or (max(at_ms) + reach_ms < settled_ms and not any(carried)):
        return
    for chain in chains(sorted(zip(at_ms, rows, strict=True)), reach_ms):
        mine = [row for _, row in chain]
        if chain[-1][0] + reach_ms >= settled_ms or any(map(is_carried, mine)):
            yield from (row for row in mine if not is_carried(row))


def chains(items: Sequence[tuple[int, int]], reach_ms: int) -> list[list[tuple[int, int]]]:
    """Items (milliseconds, row) that are in order, cut where one is further than its reach from the one before."""
    found: list[list[tuple[int, int]]] = []
    for item in items:
        if found and item[0] - found[-1][-1][0] <= reach_ms:
            found[-1].append(item)
        else:
            found.append([item])
    return found


def by_partition(scan: Scan, rows: set[int]) -> Mapping[int, list[int]]:
    """Offsets of these rows, by the number of their partition, in order."""
    found: dict[int, list[int]] = {}
    for row in sorted(rows):
        number = row >> ROW_BITS
        offset = scan.offsets[scan.places[number]][row & (1 << ROW_BITS) - 1]
        found.setdefault(number, []).append(offset)
    return found
