"""Reading a service's log as it grows."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tillstream.core.errors import NotFound
from tillstream.operations.stack.places import Places

_BLOCK_BYTES = 64 * 1024


def log_of(places: Places, name: str) -> Path:
    """The log of a service or job; raises NotFound with the names there are."""
    path = places.log(name)
    if not path.exists():
        there = ", ".join(sorted(file.stem for file in path.parent.glob("*.log"))) or "none yet"
        raise NotFound(f"no log of {name!r} under {path.parent}; there are: {there}")
    return path


def last_lines(path: Path, count: int) -> list[str]:
    """The last `count` lines, read from the end."""
    with path.open("rb") as file:
        position = file.seek(0, 2)
        found = b""
        while position > 0 and found.count(b"\n") <= count:
            step = min(_BLOCK_BYTES, position)
            position -= step
            file.seek(position)
            found = file.read(step) + found
    return found.decode(errors="replace").splitlines()[-count:] if count else []


def follow(path: Path, stopping: Callable[[], bool], *, pause_seconds: float = 0.2) -> Iterator[str]:
    """Lines written from now on, also after the file was moved away or emptied."""
    with path.open("rb") as first:
        offset, pending = first.seek(0, 2), b""
    while not stopping():
        size = path.stat().st_size if path.exists() else 0
        if size < offset:
            offset, pending = 0, b""
        if size == offset:
            time.sleep(pause_seconds)
            continue
        with path.open("rb") as file:
            file.seek(offset)
            pending += file.read()
            offset = file.tell()
        *lines, pending = pending.split(b"\n")
        yield from (line.decode(errors="replace") for line in lines)
