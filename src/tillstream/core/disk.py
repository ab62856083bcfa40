"""A full disk, told in one way whatever library noticed it: it goes on by itself once there is room again."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tillstream.core.errors import TillstreamError, Transient

_ERRNOS: Final = (errno.ENOSPC, errno.EDQUOT)
_SQLITE_FULL: Final = 13
_SQLITE_SHARED_MEMORY: Final = 4_874
"""SQLite could not lengthen the file through which processes see each other's commits."""
_WORDS: Final = ("No space left on device", "os error 28", "Disk quota exceeded", "os error 122")
"""How the libraries in Rust and C++ tell it: they keep no number."""


class DiskFull(TillstreamError, Transient):
    """No space is left where something had to be written; nothing of it was."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what}: no space left on its disk; free some, and it goes on by itself")


@contextmanager
def room_for(what: str, full: type[DiskFull] = DiskFull) -> Iterator[None]:
    """Raises `full` in the place of any error that says that the disk is."""
    try:
        yield
    except Exception as error:
        if is_no_room(error) and not isinstance(error, DiskFull):
            raise full(what) from error
        raise


def is_no_room(error: BaseException) -> bool:
    """Whether an error means a full disk."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code == _SQLITE_SHARED_MEMORY or code & 0xFF == _SQLITE_FULL or getattr(error, "errno", None) in _ERRNOS:
        return True
    return any(words in str(error) for words in _WORDS)
