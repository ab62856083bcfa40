"""Locks between processes that end with their holder, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Holds the lock for the block; yields False at once where another process has it and we do not wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)  # not inherited: a child cannot keep it
    try:
        yield _take(handle, wait=wait)
    finally:
        os.close(handle)


def _take(handle: int, *, wait: bool) -> bool:
    for pause_seconds in (0.02, 0.05, 0.1, 0.0):  # a look by `is_held` lasts microseconds
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return True
        except BlockingIOError:
            time.sleep(pause_seconds)
    return False


def is_held(path: Path) -> bool:
    """Whether a live process holds it."""
    if not path.exists():
        return False
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
