"""An API over the small shelf, served on a free port of loopback by a thread."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from tests.unit.decisions.desks import NOW_US, desk_in
from tests.unit.decisions.small_shelf import PlainStore, small_snapshot

from tillstream.adapters.log.grouped import GroupedAppender
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.api import Service, create_app
from tillstream.apps.api.metrics import Metrics
from tillstream.data.ingestion import Door
from tillstream.decisions.champions import ChampionWatch
from tillstream.decisions.ports import Champion, Outbox
from tillstream.decisions.snapshot.shelf import SnapshotWatch


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, loop="asyncio", log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive(), "the API did not start"
        assert time.monotonic() < until, "the API took too long to start"
        time.sleep(0.005)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@contextmanager
def api_in(
    folder: Path,
    *,
    store: PlainStore | None = None,
    champions: Mapping[str, Champion[Any]] | None = None,
    max_body_bytes: int = 10_000,
    with_snapshot: bool = True,
    outbox: Outbox | None = None,
) -> Iterator[httpx.Client]:
    if with_snapshot:
        small_snapshot(folder / "snapshot")
    log = SqliteLog(folder / "log")
    appender = GroupedAppender(log)
    snapshots = SnapshotWatch(folder / "snapshot")
    with desk_in(folder, store=store, champions=champions, catalogue=snapshots.catalogue) as desk:

        async def close() -> None:
            appender.close()

        service = Service(
            desk=desk if outbox is None else replace(desk, outbox=outbox),
            snapshots=snapshots,
            champions=ChampionWatch(folder / "serving", lambda *_: next(iter((champions or {}).values()))),
            door=Door(appender, desk.outbox, clock_us=lambda: NOW_US),  # type: ignore[arg-type]
            metrics=Metrics(),
            page=folder / "page",
            max_body_bytes=max_body_bytes,
            close=close,
            look_seconds=0.02,
        )
        with served(create_app(service)) as client:
            yield client
    log.close()
