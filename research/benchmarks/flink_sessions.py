"""Sessions on Flink: our job against the same window in plain Flink SQL, on one cluster, from one broker.

Ours also validates each record by its contract, leaves out bots, takes event times with any offset, tells of open
sessions and takes back what was told of their parts. A second counterpart has records validated by Python's decoder.
The rate is of the middle of a replay, from a fifth of the records
read until all are; it is given by the clock and, since two cores are shared with the broker, by the seconds of
processor that the TaskManager took.
"""

import http.client
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
from confluent_kafka.admin import AdminClient, NewTopic
from research.benchmarks.line import BenchLine
from research.conformance.tape import append_to, closing, read_log
from research.homes import Home, settings_of, stack

from tillstream.adapters.flink import FlinkRest
from tillstream.apps.wiring.event_log import open_log
from tillstream.apps.wiring.flink_jobs import job_settings, submission
from tillstream.core.settings import Settings
from tillstream.data.streaming.flink.job_settings import SESSIONS
from tillstream.data.streaming.logic.sessions import TOPICS
from tillstream.operations.stack.flink import FlinkCluster
from tillstream.operations.stack.services import flink_cluster

EVENTS = int(os.environ.get("SESSIONS_EVENTS", "1000000"))
ROUNDS = int(os.environ.get("SESSIONS_ROUNDS", "3"))
EVENTS_PER_CUSTOMER = 245
BAR_RATIO = 0.8
PLAIN, VALIDATED = "plain_sessions", "validated_sessions"
LINES = {PLAIN: "sessions", VALIDATED: "sessions_of_validated"}
_READ = re.compile(r"Source__\w+(\[\d+\])?\.numRecordsIn")
"""A source of tables has a number behind its name."""
_MOST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Events of the middle of a replay, by the clock and by the TaskManager's processor time."""

    per_second: float
    per_processor_second: float


def run() -> list[BenchLine]:
    """Both rates of all three, the median of alternating rounds."""
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        home = Home(Path(folder) / "flink", "distributed")
        with stack(home, only=("kafka", "jobmanager", "taskmanager")):
            for name in (PLAIN, VALIDATED):
                create_topic(f"{name}.v1", settings_of(home).kafka.bootstrap)
            count = fill(Home(Path(folder) / "source", "embedded"), settings_of(home))
            rates: dict[str, list[Rate]] = {SESSIONS: [], PLAIN: [], VALIDATED: []}
            for _ in range(ROUNDS):
                for job, found in rates.items():
                    found.append(replay(settings_of(home), job, count))
    return [
        BenchLine(
            f"flink_{LINES[of]}_events_per_{unit}",
            statistics.median(getattr(one, f"per_{unit}") for one in rates[SESSIONS]),
            statistics.median(getattr(one, f"per_{unit}") for one in rates[of]),
            BAR_RATIO if of == PLAIN else None,
            bar_on="ratio",
        )
        for of in (PLAIN, VALIDATED)
        for unit in ("second", "processor_second")
    ]


def fill(source: Home, settings: Settings) -> int:
    """A shop's clicks and orders, and what closes the last sessions; how many records."""
    customers = str(EVENTS // EVENTS_PER_CUSTOMER)
    source.run("sources", "simulate", "--to", "log", "--customers", customers, "--days", "45", "--json")
    log = open_log(settings_of(source))
    tape = read_log(log)
    log.close()
    mine = [taped for taped in [*tape, *closing(tape[-1].received_at_us)] if taped.topic in TOPICS]
    log = open_log(settings)
    append_to(log, mine)
    log.close()
    return len(mine)


def create_topic(name: str, bootstrap: str) -> None:
    """Where the counterpart writes."""
    admin = AdminClient({"bootstrap.servers": bootstrap})  # held: its answers end with it
    admin.create_topics([NewTopic(name, num_partitions=4)])[name].result(10)


def replay(settings: Settings, job: str, count: int) -> Rate:
    """One job from the first record to the last."""
    rest, cluster = FlinkRest(settings.flink.host, settings.flink.rest_port), flink_cluster(settings)
    send(settings, job)
    worker, running = task_manager(settings), rest.active(f"tillstream-{job}")
    if running is None:
        raise RuntimeError(f"{job} was sent and does not run")
    begun, first = None, 0.0
    until = time.monotonic() + _MOST_SECONDS
    while (read := records_read(cluster, running.job_id)) < count:
        if begun is None and read >= count / 5:
            begun, first = (time.perf_counter(), processor_seconds(worker)), read
        if time.monotonic() > until:
            raise RuntimeError(f"{job} read {read:.0f} of {count} records in {_MOST_SECONDS:.0f} s")
        time.sleep(0.2)
    if begun is None:
        raise RuntimeError(f"{job} read all {count} records between two looks: more are needed for a rate")
    seconds, processor = time.perf_counter() - begun[0], processor_seconds(worker) - begun[1]
    rest.cancel(running.job_id)
    while rest.active(f"tillstream-{job}"):
        time.sleep(0.2)
    return Rate((count - first) / seconds, (count - first) / processor)


def send(settings: Settings, job: str) -> None:
    """Sends the job, from the oldest record on."""
    cluster = flink_cluster(settings)
    told = job_settings(settings, SESSIONS, None)
    command, environment = submission(cluster, [told])
    if job != SESSIONS:
        own = replace(told, job=job, checkpoints=f"{told.checkpoints}-{job}")
        command = [command[0], "-m", "research.benchmarks.plain_flink_sessions", own.to_json()]
    subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)


def records_read(cluster: FlinkCluster, job_id: str) -> float:
    """What the sources of a job read so far, at most a second ago; its REST costs the job next to nothing."""
    read = 0.0
    for vertex in asked(cluster, f"/jobs/{job_id}")["vertices"]:
        metrics = f"/jobs/{job_id}/vertices/{vertex['id']}/subtasks/metrics"
        names = [one["id"] for one in asked(cluster, metrics) if _READ.fullmatch(one["id"])]
        for name in names:
            read += sum(one["sum"] for one in asked(cluster, f"{metrics}?get={name}&agg=sum"))
    return read


def asked(cluster: FlinkCluster, path: str) -> Any:
    """What the JobManager answers."""
    line = http.client.HTTPConnection(cluster.settings.host, cluster.settings.rest_port, timeout=10.0)
    try:
        line.request("GET", path)
        return json.loads(line.getresponse().read())
    finally:
        line.close()


def task_manager(settings: Settings) -> psutil.Process:
    """The TaskManager of this cluster."""
    mark = f"{flink_cluster(settings).folder}/conf/taskmanager"
    return next(
        one
        for one in psutil.process_iter(["name", "cmdline"])
        if one.info["name"] == "java" and mark in (one.info["cmdline"] or ())
    )


def processor_seconds(process: psutil.Process) -> float:
    """User and system time so far."""
    spent = process.cpu_times()
    return float(spent.user + spent.system)
