"""What can go wrong between a log and a lake.

LakeError
├── UnknownTable       no definition has that name
├── CommitConflict     another writer covered the same log positions first
├── TableBehind        a batch begins beyond what the table covers
├── OtherBytes         the log holds other bytes at a place the lake already has
├── LogBehindLake      the log ends before what the lake took from it
└── LakeBehindGroup    the group is ahead of the tables, and the log no longer holds what lies between
"""

import hashlib

from tillstream.core.errors import Permanent, TillstreamError, Transient


class LakeError(TillstreamError):
    """The lake refused something."""


class UnknownTable(LakeError, Permanent):
    """No table definition has that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(f"no table {name!r}; there are {', '.join(known)}")


class CommitConflict(LakeError, Transient):
    """Another writer covered the same log positions first; poll again and go on from there."""

    def __init__(self, table: str, why: str) -> None:
        self.table = table
        super().__init__(f"{table}: another writer committed the same positions first: {why}")


class TableBehind(LakeError, Transient):
    """Writing the batch would leave a hole; the worker sets out again from what the table covers."""

    def __init__(self, table: str, place: str, position: int, first: int) -> None:
        self.table, self.place, self.position, self.first = table, place, position, first
        super().__init__(f"{table}: {place} is covered up to {position}, but the batch begins at {first}; reading anew")


class OtherBytes(LakeError, Permanent):
    """Delta would take this for a repeat and drop it without a word."""

    def __init__(self, table: str, place: str, got: bytes, expected: bytes) -> None:
        self.table, self.place = table, place
        super().__init__(
            f"{table}: {place} holds other bytes in the log ({_brief(got)}) than in the lake ({_brief(expected)}); "
            "the log was made anew under an old id: give it its own folder, or the lake another"
        )


class LogBehindLake(LakeError, Permanent):
    """New events at those offsets would be taken for repeats."""

    def __init__(self, table: str, place: str, end: int, position: int) -> None:
        self.table, self.place, self.end, self.position = table, place, end, position
        super().__init__(
            f"{table}: {place} ends at {end} in the log, but the lake took it up to {position}; "
            "the log was restored from an older copy: restore the lake of the same time"
        )


class LakeBehindGroup(LakeError, Permanent):
    """The tables lack rows that the log has already deleted."""

    def __init__(self, table: str, place: str, position: int, first: int) -> None:
        self.table, self.place, self.position, self.first = table, place, position, first
        super().__init__(
            f"{table}: {place} was taken up to {position}, but the log begins at {first}; "
            "restore the table's folder from a copy that is newer than the log's oldest record"
        )


def _brief(value: bytes) -> str:
    # A digest, never the bytes: they may hold personal values.
    return f"{len(value)} bytes, sha256 {hashlib.sha256(value).hexdigest()[:12]}"
