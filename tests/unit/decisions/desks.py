"""A desk over the small shelf with a real spool, so that a decision runs whole in a test."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.unit.decisions.small_shelf import MADE_AT_US, PlainStore, small_snapshot

from tillstream.adapters.log.spool import Spool
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.decisions.breaker import Breaker
from tillstream.decisions.desk import Desk
from tillstream.decisions.policy import Policy
from tillstream.decisions.ports import Champion, Untrained
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
) -> Iterator[Desk]:
    log = SqliteLog(folder / "log")
    spool = Spool(folder / "spool", log, keep_seconds=3600)
    shelf = catalogue if catalogue is not None else small_snapshot(folder / "snapshot")
    held = dict(champions or {})
    try:
        yield Desk(
            reader=store or PlainStore(),
            breaker=Breaker(deadline_seconds=0.2),
            champion=lambda use_case: held.get(
                use_case, Untrained("not_trained", f"not trained: no {use_case} in this log")
            ),
            catalogue=shelf if callable(shelf) else lambda: shelf,
            outbox=spool,
            policy=policy or Policy(),
            clock=clock,
            code="code-1",
            record_seconds=5.0,
        )
    finally:
        spool.close()
        log.close()
