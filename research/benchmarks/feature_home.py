"""A shop's home for benchmarks of features: its log, its lake, and a store that holds every released step."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from research.homes import Home, stack

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.adapters.store import WritingStore
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import default_schema
from tillstream.features.online import OnlineWriter

WORLD = ("--customers", "1200", "--days", "20", "--seed", "7", "--to", "log")


@contextmanager
def feature_home() -> Iterator[tuple[Path, StoreSettings]]:
    """The folder, and where its store answers; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        home = Home(Path(folder), "embedded")
        store = StoreSettings(port=home.ports["store"])
        with stack(home, only=["valkey"]):
            for command in (
                ("sources", "simulate", *WORLD),
                ("lake", "work", "--until-caught-up"),
                ("features", "work", "--until-caught-up"),
                ("features", "release"),
            ):
                home.run(*command)
            with closing(SqliteLog(Path(folder) / "log")) as updates:
                bring_up(updates, store)
            yield Path(folder), store


def bring_up(updates: SqliteLog, store: StoreSettings) -> int:
    """Has one writer apply all that lies in the topic; how many records that was."""
    with closing(WritingStore(store)) as written:
        writer, records = OnlineWriter(updates, written, default_schema()), 0
        while done := writer.apply().records:
            records += done
        return records
