"""The streaming jobs on the embedded worker: any of them in one process, a lock and a heartbeat each."""

import gc
import sqlite3
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tillstream.adapters.log import Log
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.signals import stop_signal
from tillstream.apps.wiring.event_log import open_log
from tillstream.apps.wiring.streaming import JOBS, SESSIONS, JobReport
from tillstream.apps.wiring.worker_metrics import Measured, measured
from tillstream.core.contracts import from_micros
from tillstream.core.errors import NotFound, ServiceError
from tillstream.core.locks import held, is_held
from tillstream.core.settings import Settings
from tillstream.core.telemetry import logger
from tillstream.core.telemetry.heartbeat import Heartbeat, heartbeat_path
from tillstream.data.streaming.embedded.keyed_state import (
    IDENTITY,
    KeyedState,
    identity,
    restore_savepoint,
    write_savepoint,
)
from tillstream.data.streaming.embedded.keyed_worker import KeyedWorker
from tillstream.data.streaming.embedded.metrics import METRICS
from tillstream.data.streaming.embedded.pattern_job import PatternJob
from tillstream.data.streaming.embedded.session_job import SessionJob
from tillstream.data.streaming.embedded.state_places import InFile, InTopic, StatePlace
from tillstream.data.streaming.logic.watermark import NEVER

SERVICE: Final = "streaming"
_PATIENCE_SECONDS: Final = 0.02
_LOOK_SECONDS: Final = 0.5
_REPORT_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 60.0
_LOG = logger(SERVICE)


def run_jobs(
    settings: Settings, names: Sequence[str], *, savepoint: str | None, until_caught_up: bool
) -> list[JobReport]:
    """See streaming.Engine."""
    # A batch makes many short-lived containers and no cycle.
    gc.set_threshold(500_000, 20, 50)
    with ExitStack() as locks:
        for name in names:
            if not locks.enter_context(held(_lock(settings, name))):
                raise ServiceError(f"{name} runs here already; stop it with: tillstream streaming stop {name}")
            _stop_request(settings, name).unlink(missing_ok=True)
        log = open_log(settings)
        try:
            if savepoint is not None:
                _restore(settings, log, names, Path(savepoint))
            return _Process(settings, log, names).run(until_caught_up=until_caught_up)
        finally:
            log.close()


def list_jobs(settings: Settings) -> list[JobReport]:
    """See streaming.Engine."""
    return [_report(settings, name) for name in JOBS]


def stop_job(settings: Settings, name: str) -> str:
    """See streaming.Engine."""
    lock = _lock(settings, name)
    if not is_held(lock):
        raise NotFound(f"{name} does not run; start it with: tillstream streaming run {name}")
    _stop_request(settings, name).touch()
    until = time.monotonic() + _STOP_SECONDS
    while is_held(lock) and _stop_request(settings, name).exists():
        if time.monotonic() > until:
            raise ServiceError(f"{name} did not stop within {_STOP_SECONDS:.0f} s; see its log")
        time.sleep(0.05)
    return savepoint_job(settings, name)


def savepoint_job(settings: Settings, name: str) -> str:
    """See streaming.Engine."""
    state = _state_path(settings, name)
    if not state.exists():
        raise NotFound(f"{name} has no state yet; start it with: tillstream streaming run {name}")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path = settings.streaming_path / "savepoints" / f"{name}-{stamp}.db"
    connection = sqlite3.connect(state, isolation_level=None)
    try:
        if not KeyedState(connection).exists():
            raise NotFound(f"{name} has no state yet; start it with: tillstream streaming run {name}")
        write_savepoint(connection, path)
    finally:
        connection.close()
    return str(path)


def watermark_of(settings: Settings, name: str, log_id: str) -> int | None:
    """How far event time had come in a job's state on that log, in milliseconds; None if it has none there."""
    path = _state_path(settings, name)
    if not path.exists():
        return None
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        state = KeyedState(connection)
        mine = state.exists() and state.fact(IDENTITY) == identity(log_id, _job(settings, name).meaning)
        return state.watermark_ms if mine else None
    finally:
        connection.close()


class _Process:
    """One process of some jobs."""

    def __init__(self, settings: Settings, log: Log, names: Sequence[str]) -> None:
        self._settings, self._log = settings, log
        self._workers = {name: _worker(settings, log, name) for name in names}
        self._beats = {name: Heartbeat(heartbeat_path(settings.home, name), every_seconds=0.0) for name in names}
        self._service = Heartbeat(heartbeat_path(settings.home, SERVICE), every_seconds=0.0)
        self._ended: list[JobReport] = []

    def run(self, *, until_caught_up: bool) -> list[JobReport]:
        """Until a signal, until the last job was asked to stop, or until nothing is left to read."""
        looked_at = reported_at = 0.0
        each = [Measured(one, name, one.job.topics, (name,)) for name, one in self._workers.items()]
        try:
            with (
                stop_signal() as stopping,
                measured(self._settings, SERVICE, METRICS, each, serve=not until_caught_up),
            ):
                while self._workers and not stopping():
                    read = [worker.turn(_PATIENCE_SECONDS) for worker in self._workers.values()]
                    if until_caught_up and not any(read) and not any(map(self._lag, self._workers)):
                        break
                    now = time.monotonic()
                    if now - looked_at >= _LOOK_SECONDS:
                        looked_at = now
                        self._look(report=now - reported_at >= _REPORT_SECONDS)
                        reported_at = now if now - reported_at >= _REPORT_SECONDS else reported_at
        finally:
            for name in list(self._workers):
                self._end(name)
        return self._ended

    def _look(self, *, report: bool) -> None:
        """Says that all live, and ends those that were asked to stop."""
        self._service.beat()
        for name, worker in list(self._workers.items()):
            facts = _facts(worker)
            self._beats[name].beat(**facts)
            if report:
                _LOG.info("job_worked", job=name, **facts)
            if _stop_request(self._settings, name).exists():
                self._end(name)
                _stop_request(self._settings, name).unlink()

    def _end(self, name: str) -> None:
        worker = self._workers.pop(name)
        worker.close()
        self._beats[name].beat(**_facts(worker))
        self._ended.append(_report_of(name, "stopped", worker.watermark_ms, self._lag(name), _facts(worker)))

    def _lag(self, name: str) -> int:
        return sum(self._log.lag(name).values())


def _worker(settings: Settings, log: Log, name: str) -> KeyedWorker[Any, Any]:
    given = settings.streaming
    return KeyedWorker(
        log,
        _place(settings, log, name),
        _job(settings, name),
        idle_seconds=given.idle_seconds,
        partial_seconds=given.partial_seconds,
    )


def _job(settings: Settings, name: str) -> SessionJob | PatternJob:
    given = settings.streaming
    if name == SESSIONS:
        return SessionJob(given.session_gap_seconds * 1000, given.sessions_lateness_seconds * 1000)
    return PatternJob(given.patterns_lateness_seconds * 1000)


def _place(settings: Settings, log: Log, name: str) -> StatePlace:
    output = _job(settings, name).output
    return InTopic(log, output) if isinstance(log, SqliteLog) else InFile(_state_path(settings, name), log, output)


def _state_path(settings: Settings, name: str) -> Path:
    if settings.engines.log == "sqlite":
        return settings.log_path / "topics" / f"{_job(settings, name).output}.db"
    return settings.streaming_path / f"{name}.db"


def _restore(settings: Settings, log: Log, names: Sequence[str], path: Path) -> None:
    if len(names) != 1:
        raise NotFound("a savepoint is of one job: name it, as in: tillstream streaming run sessions --from SAVEPOINT")
    with _place(settings, log, names[0]).transaction() as transaction:
        restore_savepoint(transaction.connection, path, identity(log.log_id, _job(settings, names[0]).meaning))


def _report(settings: Settings, name: str) -> JobReport:
    state = "running" if is_held(_lock(settings, name)) else "stopped"
    path = _state_path(settings, name)
    watermark_ms = NEVER
    if path.exists():
        connection = sqlite3.connect(path, isolation_level=None)
        if KeyedState(connection).exists():
            watermark_ms = KeyedState(connection).watermark_ms
        connection.close()
    log = open_log(settings)
    try:
        lag = sum(log.lag(name).values())
    finally:
        log.close()
    return _report_of(name, state, watermark_ms, lag, {})


def _report_of(name: str, state: str, watermark_ms: int, lag: int, facts: dict[str, Any]) -> JobReport:
    watermark = None if watermark_ms == NEVER else from_micros(watermark_ms * 1000).isoformat()
    return JobReport(name, "embedded", state, watermark, lag, facts)


def _facts(worker: KeyedWorker[Any, Any]) -> dict[str, Any]:
    return {**asdict(worker.totals), "open_keys": worker.open_keys, "watermark_ms": worker.watermark_ms}


def _lock(settings: Settings, name: str) -> Path:
    return settings.streaming_path / f"{name}.lock"


def _stop_request(settings: Settings, name: str) -> Path:
    return settings.streaming_path / f"{name}.stop"
