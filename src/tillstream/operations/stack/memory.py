"""Resident memory of process trees, all from one look at the process table."""

from collections import defaultdict
from collections.abc import Iterable

import psutil


def resident_bytes(roots: Iterable[int]) -> dict[int, int]:
    """For each root the resident bytes of it and all its descendants; 0 for one that is gone.

    Pages that processes share count in each, so a sum over roots is an upper bound.
    """
    children, own = defaultdict[int, list[int]](list), dict[int, int]()
    for process in psutil.process_iter(["ppid", "memory_info"]):
        if memory := process.info["memory_info"]:
            own[process.pid] = memory.rss
            children[process.info["ppid"]].append(process.pid)
    return {root: sum(own.get(pid, 0) for pid in _tree(root, children)) for root in roots}


def _tree(root: int, children: dict[int, list[int]]) -> list[int]:
    found, seen = [root], {root}
    for pid in found:
        fresh = [child for child in children.get(pid, ()) if child not in seen]
        found.extend(fresh)
        seen.update(fresh)
    return found
