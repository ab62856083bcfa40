"""Desks over the small shelf, so that a decision runs whole in a test."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.unit.decisions.small_shelf import MADE_AT_US, PlainStore, the_small_snapshot

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.spool import Spool
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.decisions.desk import Desk
from tillstream.decisions.policy import Policy
from tillstream.decisions.ports import Champion, Outbox, Untrained
from tillstream.decisions.snapshot.catalogue import Catalogue

NOW_US = MADE_AT_US + 40_000_000


def champion(use_case: str, model: Any, features: tuple[str, ...] = (), **metrics: Any) -> Champion[Any]:
    return Champion(use_case, "d" * 64, "3", features, (0.0,) * len(features), metrics, model)


@contextmanager
def desk_in(
    folder: Path,
    *,
    store: PlainStore | None = None,
    champions: Mapping[str, Champion[Any]] | None = None,
    catalogue: Catalogue | Callable[[], Catalogue | None] | None = None,
    clock: Callable[[], int] = lambda: NOW_US,
    policy: Policy | None = None,
    code: str = "code-1",
) -> Iterator[Desk]:
    """With a real spool under `folder`, for what is about records that last."""
    log = SqliteLog(folder / "log")
    spool = Spool(folder / "spool", log, keep_seconds=3600)
    try:
        yield desk_with(
            spool, store=store, champions=champions, catalogue=catalogue, clock=clock, policy=policy, code=code
        )
    finally:
        spool.close()
        log.close()


class PlainOutbox:
    """Records in a dict, done at once."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def put(self, topic: str, record: NewRecord, *, id: str, alias: str | None = None) -> "Future[None]":
        self.held[id] = record.value
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def get(self, *, id: str | None = None, alias: str | None = None) -> bytes | None:
        return self.held.get(id or "")


def desk_with(
    outbox: Outbox | None = None,
    *,
    store: PlainStore | None = None,
    champions: Mapping[str, Champion[Any]] | None = None,
    catalogue: Catalogue | Callable[[], Catalogue | None] | None = None,
    clock: Callable[[], int] = lambda: NOW_US,
    policy: Policy | None = None,
    code: str = "code-1",
    store_read: Callable[[str, Mapping[str, int]], None] = lambda _outcome, _missing: None,
) -> Desk:
    shelf = catalogue if catalogue is not None else the_small_snapshot()
    held = dict(champions or {})
    return Desk(
        reader=store or PlainStore(),
        champion=lambda use_case: held.get(
            use_case, Untrained("not_trained", f"not trained: no {use_case} in this log")
        ),
        catalogue=shelf if callable(shelf) else lambda: shelf,
        outbox=outbox or PlainOutbox(),
        policy=policy or Policy(),
        clock=clock,
        code=code,
        record_seconds=5.0,
        stale_seconds=5.0,
        store_read=store_read,
    )


@contextmanager
def plain_desk(**parts: Any) -> Iterator[Desk]:
    """With records in a dict, for what is about deciding."""
    yield desk_with(**parts)
