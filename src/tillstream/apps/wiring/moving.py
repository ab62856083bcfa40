"""Moving a home to the other engine set: the logs, who reads them, and the setting that is switched last."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tillstream.adapters.log import Log
from tillstream.apps.wiring.embedded_jobs import watermark_of
from tillstream.apps.wiring.event_log import open_log, open_updates_log
from tillstream.apps.wiring.stack import child_environment, places_of, require_engines
from tillstream.apps.wiring.streaming import SESSIONS as SESSION_JOB
from tillstream.core.contracts import LAKE_TOPICS
from tillstream.core.errors import MissingExtra, NotInstalled, ServiceError
from tillstream.core.locks import held
from tillstream.core.settings import Engines, Settings
from tillstream.core.settings.moved import FILE
from tillstream.data.streaming.embedded.pattern_job import PatternJob
from tillstream.data.streaming.embedded.session_job import SessionJob
from tillstream.data.streaming.logic.sessions import OUTPUT as SESSIONS
from tillstream.data.streaming.totals import GROUP as LAKE
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded.state import hand_over, horizon_of
from tillstream.features.logs import FeatureLogs
from tillstream.operations.moving.last_words import taken_back
from tillstream.operations.moving.moving import Steps, carry_over
from tillstream.operations.moving.pages import unread
from tillstream.operations.moving.planning import FeatureSteps, make_plan
from tillstream.operations.moving.readers import pattern_reader, session_reader
from tillstream.operations.moving.record import Move, Plan
from tillstream.operations.moving.scanning import KeyedReader, Scan
from tillstream.operations.stack.kafka import Cluster, broker_command, own_broker, prepare_broker, require_broker
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.processes import launch, stop_all
from tillstream.operations.stack.processes import open_log as open_output
from tillstream.operations.stack.services import JVM_STOP_SECONDS, START, flink_cluster
from tillstream.operations.stack.status import write_whole
from tillstream.operations.stack.supervisor import sweep
from tillstream.operations.stack.watched import last_line

Tell = Callable[[str], None]
_LOOK_SECONDS: Final = 0.2
_TELL_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that is done."""

    move: Move
    old_bytes: int | None
    """What the old log takes on this machine; None where it is elsewhere."""
    to_remove: str
    """How to be rid of it."""


def move_home(settings: Settings, target: Settings, to: str, tell: Tell) -> Moved:
    """Moves the home of `settings` to the log that `target` names; see operations.moving.

    Raises ServiceError while a stack runs, NotInstalled and MissingExtra where the target's engines cannot run here.
    """
    places = places_of(settings)
    with held(places.lock) as ours:
        if not ours:
            raise ServiceError("a stack runs here: stop it first, with: tillstream stack down")
        require_set(target)
        sweep(places, settings.stack.stop_seconds)
        with _brokers(settings, tell), _brokers(target, tell):
            move = move_logs(settings, target, to, tell)
    return Moved(move, *_left(settings))


def move_logs(settings: Settings, target: Settings, to: str, tell: Tell) -> Move:
    """The move between two logs that answer; on SQLite the new one gets a folder of its own."""
    path = settings.home / "stack" / "move.json"
    folder = _folder(settings, target)
    target = target.model_copy(update={"log": target.log.model_copy(update={"folder": folder})})
    with (
        closing(open_log(settings)) as old,
        closing(open_log(target)) as new,
        closing(open_updates_log(settings)) as up,
    ):
        schema = default_schema()
        logs = ((old, settings.engines.live_features), (new, target.engines.live_features))
        identities = [FeatureLogs(log, up, live).identity(schema) for log, live in logs]

        readers = _readers(settings, old)

        def finish(found: Scan) -> None:
            if records := taken_back(old, found, SESSION_JOB, settings.streaming.session_gap_seconds * 1000):
                tell(f"{len(records):,} sessions that were told in part are taken back: they began earlier")
                old.append(SESSIONS, records)
                _drain(settings, old, tell)

        def plan() -> Plan:
            steps = FeatureSteps(
                topics=schema.topics,
                largest_us=max(group.step_us for groups in schema.groups.values() for group in groups),
                smallest_us=schema.smallest_step_us,
                lateness_us=settings.features.lateness_seconds * 10**6,
                released_until_us=horizon_of(up, identities[0]),
            )
            return make_plan(old, readers, steps, finish=finish, tell=tell)

        steps = Steps(
            drain=lambda: _drain(settings, old, tell),
            plan=plan,
            hand_over=lambda move: _hand_over(target, lambda: hand_over(up, identities[1], move.plan.horizon_us)),
            switch=lambda move: _switch(settings.home, target, move),
            tell=tell,
        )
        return carry_over(old, new, to, folder, path, steps)


def require_set(settings: Settings) -> None:
    """Raises NotInstalled or MissingExtra, one sentence, where the engines of these settings cannot run here."""
    engines = settings.engines
    require_engines(settings)
    if engines.log == "kafka":
        if find_spec("confluent_kafka") is None:
            raise MissingExtra("the log on Kafka", "kafka")
        if own_broker(settings.kafka_path, settings.kafka):
            require_broker(settings.stack.jars_path / "kafka")
    if engines.lake == "spark" and find_spec("pyspark") is None:
        raise MissingExtra("the lake on Spark", "spark")
    if engines.streaming == "flink" and not (python := flink_cluster(settings).python).exists():
        raise NotInstalled(f"flink: no environment at {python.parents[1]}; make it with `make engines`")


def _readers(settings: Settings, log: Log) -> tuple[KeyedReader, ...]:
    given = settings.streaming
    sessions = SessionJob(given.session_gap_seconds * 1000, given.sessions_lateness_seconds * 1000)
    patterns = PatternJob(given.patterns_lateness_seconds * 1000)

    def watermark_ms(name: str) -> int | None:
        return watermark_of(settings, name, log.log_id) if settings.engines.streaming == "embedded" else None

    return (
        session_reader(sessions, watermark_ms(sessions.name)),
        pattern_reader(patterns, watermark_ms(patterns.name)),
    )


def _drain(settings: Settings, log: Log, tell: Tell) -> None:
    """Has the lake's own worker read the log to its end; raises ServiceError with its last words."""
    if not (rest := sum(unread(log, LAKE, LAKE_TOPICS).values())):
        return
    tell(f"the lake reads the old log to its end: {rest:,} records")
    path = places_of(settings).log("move-lake")
    with open_output(path) as output:
        worker = launch(("tillstream", "lake", "work", "--until-caught-up"), output, child_environment(settings))
    told_at = time.monotonic()
    try:
        while worker.poll() is None:
            time.sleep(_LOOK_SECONDS)
            if time.monotonic() - told_at > _TELL_SECONDS:
                told_at = time.monotonic()
                tell(f"the lake has {sum(unread(log, LAKE, LAKE_TOPICS).values()):,} records to read")
    finally:
        stop_all([worker], settings.stack.stop_seconds)
    if worker.returncode or sum(unread(log, LAKE, LAKE_TOPICS).values()):
        raise ServiceError(f"the lake did not read the old log to its end: {last_line(path)}; see {path}")
    tell("the lake has read the old log to its end")


def _hand_over(target: Settings, tell_features: Callable[[], None]) -> None:
    """Live features begin with the old horizon; states of Flink that an earlier life left are of another log."""
    tell_features()
    if target.engines.streaming == "flink":
        cluster = flink_cluster(target)
        for folder in (cluster.checkpoints, cluster.savepoints):
            if folder.exists():
                shutil.rmtree(folder)


def _switch(home: Path, target: Settings, move: Move) -> None:
    engines = {"set": move.to}
    if Engines(set=move.to).log != target.engines.log:
        engines["log"] = target.engines.log
    write_whole(home / FILE, {"engines": engines, "log": {"folder": move.folder}})


def _folder(settings: Settings, target: Settings) -> str:
    """The folder after the last one that events lay in: what an unfinished move left there is its own."""
    if target.engines.log != "sqlite":
        return settings.log.folder
    last = settings.log.folder.removeprefix("log").removeprefix("-")
    return f"log-{int(last or 1) + 1}"


@contextmanager
def _brokers(settings: Settings, tell: Tell) -> Iterator[None]:
    """The broker that is ours to start, while it is needed; raises ServiceError if it does not answer."""
    broker = own_broker(settings.kafka_path, settings.kafka) if settings.engines.log == "kafka" else None
    if broker is None:
        yield
        return
    places, jars = Places(settings.home.resolve()), settings.stack.jars_path / "kafka"
    prepare_broker(broker, jars)
    tell(f"Kafka starts at {broker.address}")
    with open_output(places.log("kafka")) as output:
        process = launch(broker_command(broker, jars.resolve()), output, child_environment(settings))
    try:
        until = time.monotonic() + START.start_seconds
        while (lacking := Cluster(settings.kafka).lacks(0.0)) is not None:
            if process.poll() is not None or time.monotonic() > until:
                raise ServiceError(f"kafka: not ready: {lacking}; {last_line(places.log('kafka'))}")
            time.sleep(_LOOK_SECONDS)
        yield
    finally:
        stop_all([process], JVM_STOP_SECONDS)


def _left(settings: Settings) -> tuple[int | None, str]:
    """What the old log takes, and the command that removes it."""
    if settings.engines.log == "kafka":
        if own_broker(settings.kafka_path, settings.kafka) is None:
            return None, f"delete its topics at {settings.kafka.bootstrap}, tillstream.log too"
        return _bytes_of(settings.kafka_path.rglob("*")), f"rm -r {settings.kafka_path}"
    files = [path for path in settings.log_path.rglob("*.db*") if not path.name.startswith("feature_updates.")]
    if settings.log_path == settings.updates_path:
        remove = f"find {settings.log_path} -name '*.db*' ! -name 'feature_updates.*' -delete"
        return _bytes_of(iter(files)), remove
    return _bytes_of(iter(files)), f"rm -r {settings.log_path}"


def _bytes_of(files: Iterator[Path]) -> int:
    return sum(path.stat().st_size for path in files if path.is_file())
