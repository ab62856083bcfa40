"""The streaming jobs on Flink: sent to the cluster, watched, sent again from their newest state."""

import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tillstream.adapters.flink import FlinkJob, FlinkRest, FlinkUnavailable
from tillstream.apps.signals import stop_signal
from tillstream.apps.wiring.event_log import open_feature_logs, open_log
from tillstream.apps.wiring.streaming import FEATURES, PATTERNS, SESSIONS, JobReport, jobs_of
from tillstream.core.contracts import from_micros
from tillstream.core.errors import NotFound, ServiceError
from tillstream.core.locks import held
from tillstream.core.settings import Settings
from tillstream.core.telemetry import logger
from tillstream.core.telemetry.heartbeat import Heartbeat, heartbeat_path
from tillstream.data.streaming.flink.job_settings import PLAN, JobSettings
from tillstream.data.streaming.flink.states import finished_states, unneeded
from tillstream.data.streaming.logic.patterns.row import TOPICS as pattern_topics
from tillstream.data.streaming.logic.sessions import TOPICS as session_topics
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded.engine import backlog_horizon_us
from tillstream.features.engines.embedded.state import horizon_of
from tillstream.operations.stack.flink import FlinkCluster
from tillstream.operations.stack.processes import launch, stop_all
from tillstream.operations.stack.services import flink_cluster

SERVICE: Final = "streaming"
_LOOK_SECONDS: Final = 0.5
_SUBMIT_SECONDS: Final = 240.0
_SAVEPOINT_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = 2.0
_PRUNE_SECONDS: Final = 10.0
_LOG = logger(SERVICE)


def run_jobs(
    settings: Settings, names: Sequence[str], *, savepoint: str | None, until_caught_up: bool
) -> list[JobReport]:
    """See streaming.Engine. A job that its cluster runs already is watched, not sent again."""
    with ExitStack() as locks:
        for name in names:
            if not locks.enter_context(held(settings.flink_path / "jobs" / f"{name}.lock")):
                raise ServiceError(f"{name} is watched here already; stop it with: tillstream streaming stop {name}")
            _stop_request(settings, name).unlink(missing_ok=True)
        watcher = _Watcher(settings, names, savepoint)
        heartbeat = Heartbeat(heartbeat_path(settings.home, SERVICE))
        ran = False
        with stop_signal() as stopping:
            while not stopping():
                states = watcher.look()
                ran = ran or set(states.values()) == {"RUNNING"}
                if ran:
                    heartbeat.beat(jobs=states)
                if set(states.values()) == {"stopped"}:
                    break
                if until_caught_up and ran and not any(_lag(settings, name) for name in names):
                    break
                time.sleep(_LOOK_SECONDS)
            return watcher.end()


def list_jobs(settings: Settings) -> list[JobReport]:
    """See streaming.Engine."""
    return [_report(settings, name) for name in jobs_of(settings)]


def stop_job(settings: Settings, name: str) -> str:
    """See streaming.Engine."""
    rest, job = _running(settings, name)
    _stop_request(settings, name).parent.mkdir(parents=True, exist_ok=True)
    _stop_request(settings, name).touch()  # before it is gone, or its watcher would send it again
    return rest.stop(job.job_id, _savepoints(settings, name).as_uri(), patience_seconds=_SAVEPOINT_SECONDS)


def savepoint_job(settings: Settings, name: str) -> str:
    """See streaming.Engine."""
    rest, job = _running(settings, name)
    return rest.savepoint(job.job_id, _savepoints(settings, name).as_uri(), patience_seconds=_SAVEPOINT_SECONDS)


def newest_state(settings: Settings, name: str) -> str | None:
    """The newest finished checkpoint or savepoint of a job, as a URI; None if it never made one."""
    states = finished_states(_checkpoints(settings, name), _savepoints(settings, name))
    return states[0].place.as_uri() if states else None


def prune_states(settings: Settings, name: str, job_id: str) -> None:
    """Removes what no resume of a job can need while it works as `job_id`; see states.unneeded."""
    checkpoints, savepoints = _checkpoints(settings, name), _savepoints(settings, name)
    runs = [place for place in checkpoints.glob("*") if place.is_dir()]
    for place in unneeded(runs, finished_states(checkpoints, savepoints), checkpoints / job_id):
        shutil.rmtree(place, ignore_errors=True)  # what is not ours to remove stays
        if not place.exists():
            _LOG.info("state_removed", job=name, place=str(place))


def job_settings(settings: Settings, name: str, resume_from: str | None) -> JobSettings:
    """What a job is told."""
    streaming, flink = settings.streaming, settings.flink
    lateness_seconds = {
        SESSIONS: streaming.sessions_lateness_seconds,
        PATTERNS: streaming.patterns_lateness_seconds,
        FEATURES: settings.features.lateness_seconds,
    }[name]
    is_features = name == FEATURES
    return JobSettings(
        job=name,
        rest_host=flink.host,
        rest_port=flink.rest_port,
        bootstrap=settings.kafka.bootstrap,
        parallelism=flink.parallelism,
        checkpoints=_checkpoints(settings, name).as_uri(),
        checkpoint_seconds=flink.features_checkpoint_seconds if is_features else flink.checkpoint_seconds,
        lateness_seconds=lateness_seconds,
        idle_seconds=flink.idle_seconds,
        gap_seconds=streaming.session_gap_seconds,
        partial_seconds=streaming.partial_seconds,
        run=f"{time.time_ns():020}",
        horizon_us=_horizon_us(settings) if is_features else 0,
        released_us=_released_us(settings) if is_features else 0,
        resume_from=resume_from,
    )


def submission(cluster: FlinkCluster, told: Sequence[JobSettings]) -> tuple[list[str], dict[str, str]]:
    """The command that sends jobs, in Flink's own environment, and what its process is told besides."""
    module = "features.engines" if any(one.job == FEATURES for one in told) else "data.streaming"
    command = [str(cluster.python), "-m", f"tillstream.{module}.flink.job", *(one.to_json() for one in told)]
    environment = {
        "FLINK_CONF_DIR": str(cluster.folder / "conf" / "jobmanager"),
        "HADOOP_CLASSPATH": f"{cluster.jars}/*",  # PyFlink's one way to more jars for its own JVM
        # It plans and is gone: compiling hot code well does not pay.
        "JVM_ARGS": "-Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    }
    return command, environment


class _Watcher:
    """The jobs that this process answers for."""

    def __init__(self, settings: Settings, names: Sequence[str], savepoint: str | None) -> None:
        self._settings, self._from = settings, dict.fromkeys(names, savepoint)
        self._rest = FlinkRest(settings.flink.host, settings.flink.rest_port)
        self._sending: subprocess.Popen[bytes] | None = None
        self._since = self._not_before = self._prune_at = 0.0
        self._told_failed: set[str] = set()

    def look(self) -> dict[str, str]:
        """The jobs' states after one look; sends those that the cluster has none of."""
        if self._sending is not None and not self._sent(self._sending):
            return dict.fromkeys(self._from, "submitting")
        try:
            found = {name: self._newest(name) for name in self._from}
        except FlinkUnavailable:
            return dict.fromkeys(self._from, "unavailable")
        states = {name: job.state if job else self._absent(name) for name, job in found.items()}
        missing = [name for name, state in states.items() if state == "missing"]
        if missing and time.monotonic() >= self._not_before:
            self._send(missing)
        self._prune({name: job.job_id for name, job in found.items() if job and job.state == "RUNNING"})
        return states

    def _newest(self, name: str) -> FlinkJob | None:
        """The job that runs or will; says why the last one failed if none does."""
        jobs = [job for job in self._rest.jobs() if job.name == f"tillstream-{name}"]
        active = next((job for job in jobs if not job.is_over), None)
        if active is None and jobs and jobs[0].state == "FAILED" and jobs[0].job_id not in self._told_failed:
            self._told_failed.add(jobs[0].job_id)
            _LOG.warning("job_failed", job=name, reason=self._rest.reason(jobs[0].job_id))
        return active

    def end(self) -> list[JobReport]:
        """Stops the jobs with a savepoint each."""
        if self._sending is not None:
            stop_all([self._sending], 0.0)
        return [self._end(name) for name in self._from]

    def _prune(self, running: Mapping[str, str]) -> None:
        if time.monotonic() < self._prune_at:
            return
        self._prune_at = time.monotonic() + _PRUNE_SECONDS
        for name, job_id in running.items():
            prune_states(self._settings, name, job_id)

    def _absent(self, name: str) -> str:
        return "stopped" if _stop_request(self._settings, name).exists() else "missing"

    def _end(self, name: str) -> JobReport:
        """Where the cluster does not answer, the job's last checkpoint is as good as a savepoint."""
        try:
            job = self._rest.active(f"tillstream-{name}")
            if job is not None:
                folder = _savepoints(self._settings, name).as_uri()
                place = self._rest.stop(job.job_id, folder, patience_seconds=_SAVEPOINT_SECONDS)
                return JobReport(name, "flink", "stopped", facts={"savepoint": place})
        except FlinkUnavailable as error:
            _LOG.warning("savepoint_missed", job=name, reason=str(error))
        return JobReport(name, "flink", "stopped")

    def _send(self, names: Sequence[str]) -> None:
        states = {name: self._from[name] or newest_state(self._settings, name) for name in names}
        told = [job_settings(self._settings, name, state) for name, state in states.items()]
        command, environment = submission(flink_cluster(self._settings), told)
        with _words(self._settings).open("wb") as file:
            self._sending = launch(command, file, environment)
        self._since = time.monotonic()
        _LOG.info("jobs_sent", resume_from=states)

    def _sent(self, sending: subprocess.Popen[bytes]) -> bool:
        """Whether the sending is over, well or not."""
        if sending.poll() is None and time.monotonic() - self._since < _SUBMIT_SECONDS:
            return False
        stop_all([sending], 0.0)
        self._sending, self._not_before = None, time.monotonic() + _AGAIN_SECONDS
        if sending.returncode == 0:
            self._from = dict.fromkeys(self._from)  # from now on each goes on from its own newest state
        else:
            _LOG.warning("jobs_refused", exit_code=sending.returncode, reason=_last_words(self._settings))
        return True


def _words(settings: Settings) -> Path:
    return settings.flink_path / "jobs" / "sending.log"


def _last_words(settings: Settings) -> str:
    lines = _words(settings).read_text(errors="replace").splitlines()
    told = [line.strip() for line in lines if "Exception" in line or "Error" in line]
    return (told or lines or [""])[-1][:500]


def _report(settings: Settings, name: str) -> JobReport:
    rest = FlinkRest(settings.flink.host, settings.flink.rest_port)
    job = rest.active(f"tillstream-{name}")
    if job is None:
        return JobReport(name, "flink", "stopped", lag=_lag(settings, name))
    mark = rest.watermark_ms(job.job_id)
    when = None if mark is None else from_micros(mark * 1000).isoformat()
    facts = {"job_id": job.job_id} | ({} if job.state == "RUNNING" else {"reason": rest.reason(job.job_id)})
    return JobReport(name, "flink", job.state.lower(), when, _lag(settings, name), facts)


def _running(settings: Settings, name: str) -> tuple[FlinkRest, FlinkJob]:
    rest = FlinkRest(settings.flink.host, settings.flink.rest_port)
    job = rest.active(f"tillstream-{name}")
    if job is None:
        raise NotFound(f"{name} does not run; start it with: tillstream streaming run {name}")
    return rest, job


def _lag(settings: Settings, name: str) -> int:
    log = open_log(settings)
    try:
        known = log.lag(name)
        unread = {(topic, p): end for topic in _topics_of(name) for p, end in log.end_offsets(topic).items()}
        return sum({**unread, **known}.values())
    finally:
        log.close()


def _topics_of(name: str) -> Sequence[str]:
    return {SESSIONS: session_topics, PATTERNS: pattern_topics, FEATURES: default_schema().topics}[name]


def _horizon_us(settings: Settings) -> int:
    log = open_log(settings)
    try:
        return backlog_horizon_us(log, default_schema(), settings.features.lateness_seconds * 10**6)
    finally:
        log.close()


def _released_us(settings: Settings) -> int:
    logs = open_feature_logs(settings)
    try:
        return horizon_of(logs.updates, logs.identity(default_schema()))
    finally:
        logs.close()


def _checkpoints(settings: Settings, name: str) -> Path:
    return flink_cluster(settings).checkpoints / _states_of(name)


def _savepoints(settings: Settings, name: str) -> Path:
    return flink_cluster(settings).savepoints / _states_of(name)


def _states_of(name: str) -> str:
    """Tiles of other definitions mean nothing, nor does another plan's state: a job with new ones counts anew."""
    return f"{name}-{default_schema().fingerprint}-{PLAN}" if name == FEATURES else name


def _stop_request(settings: Settings, name: str) -> Path:
    return settings.flink_path / "jobs" / f"{name}.stop"
