"""How many of a category a list may hold: variety for a stranger, focus for a visitor with a purpose."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotas:
    """Within each block of places: at most `others` of a category, `least` to `most` of the focus."""

    block: int
    others: int
    focus: int | None = None
    least: int = 0
    most: int = 0


def fill_blocks(order: Sequence[int], category: Sequence[int], count: int, quotas: Quotas) -> list[int]:
    """`count` rows of `order` (best first), block by block; within a block the order stays.

    Quotas give way, in that order of rows, only where keeping them would leave places empty.
    """
    left = list(order)
    chosen: list[int] = []
    while len(chosen) < count and left:
        size = min(quotas.block, count - len(chosen))
        block = _fill(left, category, size, quotas)
        rank = {row: at for at, row in enumerate(left)}
        chosen += sorted(block, key=rank.__getitem__)
        taken = set(block)
        left = [row for row in left if row not in taken]
    return chosen


def _fill(left: Sequence[int], category: Sequence[int], size: int, quotas: Quotas) -> list[int]:
    share = size / quotas.block
    least, most = round(quotas.least * share), max(round(quotas.most * share), 1)
    focused = [row for row in left if category[row] == quotas.focus][:least] if quotas.focus is not None else []
    block, held = focused[:size], Counter(category[row] for row in focused[:size])
    for limit in (True, False):
        for row in left:
            if len(block) == size:
                return block
            allowed = most if category[row] == quotas.focus else quotas.others
            if row not in block and (not limit or held[category[row]] < allowed):
                block.append(row)
                held[category[row]] += 1
    return block
