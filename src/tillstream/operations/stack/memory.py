"""Resident memory of process trees, all from one look at the process table."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import psutil

_LEAST_OF_A_JVM_BYTES: Final = 64 * 2**20


def resident_bytes(roots: Iterable[int]) -> dict[int, int]:
    """For each root the resident bytes of it and all its descendants; 0 for one that is gone.

    Pages that processes share count in each, so a sum over roots is an upper bound.
    """
    children, own = defaultdict[int, list[int]](list), dict[int, int]()
    looked = {process.pid: process for process in psutil.process_iter(["ppid", "memory_info"])}
    for process in looked.values():
        if memory := process.info["memory_info"]:
            parent = looked.get(process.info["ppid"])
            own[process.pid] = 0 if parent and _has_not_begun(process, parent) else memory.rss
            children[process.info["ppid"]].append(process.pid)
    return {root: sum(own.get(pid, 0) for pid in _tree(root, children)) for root in roots}


def _has_not_begun(child: psutil.Process, parent: psutil.Process) -> bool:
    """Whether it is a JVM's child just before its own program: until then it is seen with all of its parent's memory.

    Hadoop starts a `chmod` a file, so Spark would often be weighed twice. No JVM runs with one thread.
    """
    if child.info["memory_info"].rss < _LEAST_OF_A_JVM_BYTES:
        return False
    try:
        mine, theirs = child.cmdline(), parent.cmdline()
        return mine == theirs and bool(mine) and Path(mine[0]).name == "java" and child.num_threads() == 1
    except psutil.Error:  # gone meanwhile
        return True


def _tree(root: int, children: dict[int, list[int]]) -> list[int]:
    found, seen = [root], {root}
    for pid in found:
        fresh = [child for child in children.get(pid, ()) if child not in seen]
        found.extend(fresh)
        seen.update(fresh)
    return found
