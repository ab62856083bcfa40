"""Whose turn it is to put a table's rows into other files.

delta-rs takes files that a compaction removed for merely rearranged, and lets a commit through that was
prepared before and removes them, too (delta-rs pull request 3982). Then the compacted file stays beside what
was to replace it, and every row is there twice. So those who do either go one at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tillstream.core.locks import held
from tillstream.data.lake.lake import Lake


@contextmanager
def turn_to_rewrite(lake: Lake, name: str, *, wait: bool = False) -> Iterator[bool]:
    """Nobody else rewrites the table in the block; yields False at once if somebody does and we do not wait.

    Read the table's version inside it. Appending needs no turn. It ends with its holder, however that ends.
    """
    with held(lake.path / "_rewriting" / f"{name}.lock", wait=wait) as ours:
        yield ours
