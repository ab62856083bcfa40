"""Both jobs on a real cluster, through a stop, a kill of each of its processes, and on: what came of it, once.

One log and one cluster for all of them, for a cluster is dear: the story is told once and looked at from all sides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from tests.integration.flink.busy_days import (
    CLOCK,
    a_day,
    all_of,
    events_of,
    send,
    wanted_alerts,
    wanted_sessions,
)
from tests.integration.flink.live_tiles import LiveTiles, closed_us, live_tiles
from tests.integration.flink.open_sessions import LATE, MERGED, MOVED, LiveClicks, revisions
from tests.integration.flink.replay import Replay, replay_of
from tests.integration.flink.running_flink import (
    PATIENCE_SECONDS,
    RunningFlink,
    flink_python,
    running_flink,
    wait_until,
)
from tests.integration.flink.scraping import asked, scraped

from tillstream.adapters.log import Log, partition_of
from tillstream.apps.wiring.flink_jobs import list_jobs, newest_state, savepoint_job
from tillstream.core.contracts import decode, topic_named
from tillstream.core.contracts.derived import FraudAlert, Session
from tillstream.core.settings import FlinkSettings
from tillstream.data.streaming.flink.job_settings import PLAN
from tillstream.data.streaming.logic.patterns import PATTERNS
from tillstream.data.streaming.logic.session_records import Told
from tillstream.features.definitions import default_schema

pytestmark = [pytest.mark.flink, pytest.mark.timeout(1800)]

TIMED = ("session_aggregator", "fraud_pattern_detector")
"""The jobs of which each partition has something to read."""
JOBS = (*TIMED, "features")


@dataclass(frozen=True)
class Story:
    """What is left to look at when all has happened."""

    sessions: list[Session]
    alerts: list[FraudAlert]
    wanted_sessions: dict[str, Session]
    wanted_alerts: dict[str, FraudAlert]
    stopped_with: dict[str, str]
    savepoint: str
    watermarks: list[str | None]
    states: dict[str, tuple[set[str], int]]
    """Of each job the runs that left checkpoints, and how many savepoints there are."""
    working: set[str]
    live: "Live"
    replayed: list[Session]
    wanted_replayed: dict[str, Session]
    replay_idle_seconds: float
    reasons: list[str]
    """Of each job after its TaskManager was killed, why it failed last."""
    tiles: LiveTiles
    operators: str
    """Of the job of features."""


@dataclass(frozen=True)
class Live:
    """What came of the visitors of just now, open and closed."""

    clicks: LiveClicks
    sessions: list[Session]
    wanted_sessions: dict[str, Session]
    late: tuple[float, float]
    """Events that were too late, before one came and after."""
    records_in: dict[str, float]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("flink")
    with running_flink(folder, root) as running, replay_of(folder / "replay", running) as replay:
        yield tell(running, replay)


def tell(running: RunningFlink, replay: Replay) -> Story:
    log = running.log
    send(log, a_day(0, visits=300))  # there before the jobs: a replay, its partitions read at their own pace
    running.start("watcher")
    wait_until_read(running)

    running.kill("taskmanager")
    send(log, a_day(1, visits=60))
    running.start("taskmanager")
    wait_until_read(running)

    before = running.job_ids()
    reasons = [running.rest.reason(job_id) for job_id in before]
    running.kill("jobmanager")
    send(log, a_day(2, visits=60))
    running.start("jobmanager")
    wait_until_read(running)
    assert not before & running.job_ids()

    submitting = replay.submit()  # it works beside the others from here on
    running.end("watcher")
    stopped_with = {name: newest_state(running.settings, name) or "" for name in JOBS}
    assert not {f"tillstream-{name}" for name in JOBS} & set(running.states())
    send(log, a_day(3, visits=60))
    running.start("watcher")
    wait_until_read(running)
    savepoint = savepoint_job(running.settings, "session_aggregator")
    assert submitting.wait(PATIENCE_SECONDS) == 0, running.words("replay")

    send(log, events_of(datetime.now(UTC), log))
    wanted = wanted_sessions(log)
    alerts = wanted_alerts(log)
    wait_until(lambda: len(closed(told_sessions(log))) >= len(wanted), "the sessions to close", running)
    wait_until(lambda: len(told_alerts(running)) >= len(alerts), "the alerts", running)
    wait_until(lambda: None not in watermarks(running), "every partition's time", running)
    told = told_sessions(log), told_alerts(running)
    marks = watermarks(running)

    live = tell_of_now(running)
    working = {job.job_id for job in running.rest.jobs() if job.state == "RUNNING" and "replay" not in job.name}
    wanted_replayed = wanted_sessions(replay.log)
    wait_until(lambda: len(closed(told_sessions(replay.log))) >= len(wanted_replayed), "the replay", running)
    return Story(
        *told,
        wanted,  # type: ignore[arg-type]
        alerts,  # type: ignore[arg-type]
        stopped_with,
        savepoint,
        marks,
        states_left(running),
        working,
        live,
        told_sessions(replay.log),
        wanted_replayed,  # type: ignore[arg-type]
        replay.told.idle_seconds,
        reasons,
        live_tiles(running, running.cluster.folder),
        operators(running, "features"),
    )


def tell_of_now(running: RunningFlink) -> Live:
    """Open sessions that change, a late event; then time passes, as the log tells it, and all are over."""
    log, clicks = running.log, LiveClicks()
    send(log, clicks.sent("m1", "a1", "b1"))
    firsts = [clicks.told(name) for name in ("m1", "a1", "b1")]
    wait_until(lambda: all(revisions(told_sessions(log), one) for one in firsts), "what is open to be told", running)
    send(log, clicks.sent("m0", "ab"))
    for part, whole in (("m1", clicks.told("m0", "m1")), ("b1", clicks.told("a1", "ab", "b1"))):
        wait_until(partial(has_revisions, log, whole, whole.revision), f"all of {part}'s session", running)
        wait_until(partial(has_revisions, log, clicks.told(part), whole.revision), f"{part} to be taken back", running)

    late = late_events(running)
    send(log, clicks.sent("late"))
    wait_until(lambda: late_events(running) > late, "the late event to be counted", running)
    measured = {name: records_in(running, name) for name in JOBS}

    send(log, events_of(datetime.now(UTC) + timedelta(hours=2), log))
    ids = {clicks.told("m0", "m1").session_id, clicks.told("a1", "ab", "b1").session_id}
    wait_until(lambda: ids <= set(closed(told_sessions(log))), "the sessions of now to close", running)
    live = [one for one in told_sessions(log) if one.visitor_id in (MOVED, MERGED, LATE)]
    wanted = {key: one for key, one in wanted_sessions(log).items() if key in ids}
    return Live(clicks, live, wanted, (late, late_events(running)), measured)  # type: ignore[arg-type]


def has_revisions(log: Log, told: Told, revision: int) -> bool:
    return revision in dict(revisions(told_sessions(log), told))


def late_events(running: RunningFlink) -> float:
    _, port = running.cluster.metrics_ports
    return scraped(port, "flink_taskmanager_job_task_operator_numLateRecordsDropped", job="session_aggregator")


def records_in(running: RunningFlink, job: str) -> float:
    _, port = running.cluster.metrics_ports
    return scraped(port, "flink_taskmanager_job_task_numRecordsIn", job=job)


def operators(running: RunningFlink, job: str) -> str:
    found = running.rest.active(f"tillstream-{job}")
    assert found is not None
    return " ".join(
        vertex["name"] for vertex in asked(running.settings.flink.rest_port, f"/jobs/{found.job_id}")["vertices"]
    )


def states_left(running: RunningFlink) -> dict[str, tuple[set[str], int]]:
    cluster = running.cluster
    return {
        name: (
            {run.name for run in (cluster.checkpoints / folder).iterdir()},
            len(list((cluster.savepoints / folder).iterdir())),
        )
        for name, folder in zip(JOBS, (*TIMED, f"features-{default_schema().fingerprint}-{PLAN}"), strict=True)
    }


def wait_until_read(running: RunningFlink) -> None:
    wait_until(
        lambda: [running.states().get(f"tillstream-{name}") for name in JOBS] == ["RUNNING"] * 3, "jobs", running
    )
    wait_until(lambda: not any(report.lag for report in list_jobs(running.settings)), "all to be read", running)


def watermarks(running: RunningFlink) -> list[str | None]:
    return [report.watermark for report in list_jobs(running.settings) if report.name in TIMED]


def told_sessions(log: Log) -> list[Session]:
    """All of them; each lies where every producer of ours puts its key."""
    topic = topic_named("sessions.v1")
    records = list(all_of(log, topic.name))
    assert all(one.partition == partition_of(one.key, topic.partitions) for one in records)
    return [decode(topic, record.value) for record in records]  # type: ignore[misc]


def told_alerts(running: RunningFlink) -> list[FraudAlert]:
    topic = topic_named("fraud_alerts.v1")
    return [decode(topic, record.value) for record in all_of(running.log, topic.name)]  # type: ignore[misc]


def closed(told: list[Session]) -> dict[str, Session]:
    """The closed ones of the highest revisions."""
    best: dict[str, Session] = {}
    for session in told:
        if session.session_id not in best or session.revision > best[session.session_id].revision:
            best[session.session_id] = session
    return {key: session for key, session in best.items() if session.closed}


def test_the_sessions_are_those_of_the_pure_logic(story: Story) -> None:
    assert closed(story.sessions) == story.wanted_sessions
    assert len(story.wanted_sessions) > 300


def test_the_alerts_are_those_of_the_pure_logic(story: Story) -> None:
    assert {alert.event_id: alert for alert in story.alerts} == story.wanted_alerts


@pytest.mark.parametrize("name", PATTERNS)
def test_each_pattern_sees_its_example(story: Story, name: str) -> None:
    ids = [f"{name}-0-{row.event_id}" for row in PATTERNS[name].example]
    assert [alert.event_ids for alert in story.alerts if alert.pattern == name and ids[0] in alert.event_ids] == [ids]


def test_nothing_is_told_twice(story: Story) -> None:
    ids = [record.event_id for record in (*story.sessions, *story.alerts)]
    assert len(ids) == len(set(ids))


def test_a_job_that_is_stopped_leaves_a_savepoint_and_goes_on_from_it(story: Story) -> None:
    assert all("/savepoints/" in place for place in story.stopped_with.values())
    assert "/savepoints/session_aggregator/" in story.savepoint


def test_a_job_whose_machine_died_says_what_failed_it(story: Story) -> None:
    assert len(story.reasons) == len(JOBS)
    assert all("TaskManager" in reason or "Exception" in reason for reason in story.reasons)


def test_the_watermarks_have_come_as_far_as_the_last_day(story: Story) -> None:
    assert [mark is not None and mark > "2026-03-05" for mark in story.watermarks] == [True, True]


def test_no_event_that_moves_only_time_is_a_session_yet(story: Story) -> None:
    assert not any(session.closed for session in story.sessions if session.visitor_id.startswith(CLOCK))


def test_a_session_whose_start_moves_while_it_is_open_has_another_id_and_the_old_one_is_taken_back(
    story: Story,
) -> None:
    clicks, sessions = story.live.clicks, story.live.sessions
    assert revisions(sessions, clicks.told("m1")) == [(2, False), (4, True)]
    assert revisions(sessions, clicks.told("m0", "m1")) == [(4, False), (5, False)]


def test_two_open_sessions_that_an_event_joins_become_the_first(story: Story) -> None:
    clicks, sessions = story.live.clicks, story.live.sessions
    assert clicks.told("a1", "ab", "b1").session_id == clicks.told("a1").session_id
    assert revisions(sessions, clicks.told("a1")) == [(2, False), (6, False), (7, False)]
    assert revisions(sessions, clicks.told("b1")) == [(2, False), (6, True)]


def test_sessions_that_changed_while_they_were_open_end_as_the_pure_logic_tells_them(story: Story) -> None:
    assert len(story.live.wanted_sessions) == 2
    assert closed(story.live.sessions) == story.live.wanted_sessions


def test_a_late_event_is_counted_for_prometheus_and_makes_no_session(story: Story) -> None:
    before, after = story.live.late
    assert (before >= 0, after - before) == (True, 1)
    assert not [one for one in story.live.sessions if one.visitor_id == LATE]


def test_prometheus_reads_how_many_records_each_job_took(story: Story) -> None:
    assert all(story.live.records_in[name] > 100 for name in JOBS)


def test_an_unequal_replay_by_two_subtasks_loses_nothing_with_the_default_patience(story: Story) -> None:
    assert story.replay_idle_seconds == FlinkSettings().idle_seconds
    assert {key: one for key, one in closed(story.replayed).items() if CLOCK not in one.visitor_id} == (
        story.wanted_replayed
    )
    assert len(story.wanted_replayed) > 300


def test_live_tiles_after_all_those_kills_are_those_of_the_embedded_engine(story: Story) -> None:
    assert story.tiles.by_flink == story.tiles.by_worker
    assert len(story.tiles.by_worker) > 300


def test_a_step_is_released_once_every_partition_was_read_past_its_end_whatever_the_clock_says(story: Story) -> None:
    assert story.tiles.released_us == tuple(closed_us(last_us) for last_us in story.tiles.last_us)


def test_no_operator_of_the_features_keeps_the_records_it_has_passed_on(story: Story) -> None:
    assert "Source: records" in story.operators
    assert "Join" not in story.operators


def test_only_the_states_that_a_resume_can_need_are_left(story: Story) -> None:
    assert set().union(*(runs for runs, _ in story.states.values())) == story.working
    assert all(savepoints <= 2 for _, savepoints in story.states.values())


def test_what_the_jobs_need_can_be_imported_where_they_run(root: Path) -> None:
    imported = flink_python(root, ["import tillstream.features.engines.flink.job", "import sys", "import pyflink"])
    assert imported.returncode == 0, imported.stderr
