"""Both jobs on a real cluster, through a stop, a kill of each of its processes, and on: what came of it, once.

One log and one cluster for all of them, for a cluster is dear: the story is told once and looked at from all sides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.flink.busy_days import (
    CLOCK,
    a_day,
    all_of,
    now_events,
    send,
    wanted_alerts,
    wanted_sessions,
)
from tests.integration.flink.running_flink import RunningFlink, flink_python, running_flink, wait_until

from tillstream.apps.wiring.flink_jobs import list_jobs, newest_state, savepoint_job
from tillstream.core.contracts import decode, topic_named
from tillstream.core.contracts.derived import FraudAlert, Session
from tillstream.data.streaming.logic.patterns import PATTERNS

pytestmark = [pytest.mark.flink, pytest.mark.timeout(900)]

JOBS = ("session_aggregator", "fraud_pattern_detector")


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


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Story]:
    with running_flink(tmp_path_factory.mktemp("flink"), root) as running:
        yield tell(running)


def tell(running: RunningFlink) -> Story:
    log = running.log
    send(log, a_day(0, visits=300))  # there before the jobs: a replay, its partitions read at their own pace
    running.start("watcher")
    wait_until_read(running)

    running.end("watcher")
    stopped_with = {name: newest_state(running.settings, name) or "" for name in JOBS}
    assert running.states() == {}
    send(log, a_day(1, visits=60))
    running.start("watcher")
    wait_until_read(running)
    savepoint = savepoint_job(running.settings, "session_aggregator")

    running.kill("taskmanager")
    send(log, a_day(2, visits=60))
    running.start("taskmanager")
    wait_until_read(running)

    before = running.job_ids()
    running.kill("jobmanager")
    send(log, a_day(3, visits=60))
    running.start("jobmanager")
    wait_until_read(running)
    assert not before & running.job_ids()

    send(log, now_events(log))
    wanted = wanted_sessions(log)
    alerts = wanted_alerts(log)
    wait_until(lambda: len(closed(told_sessions(running))) >= len(wanted), "the sessions to close", running)
    wait_until(lambda: len(told_alerts(running)) >= len(alerts), "the alerts", running)
    wait_until(lambda: None not in watermarks(running), "every partition's time", running)
    told = told_sessions(running), told_alerts(running)
    return Story(*told, wanted, alerts, stopped_with, savepoint, watermarks(running))  # type: ignore[arg-type]


def wait_until_read(running: RunningFlink) -> None:
    wait_until(lambda: sorted(running.states().values()) == ["RUNNING"] * 2, "both jobs to run", running)
    wait_until(lambda: not any(report.lag for report in list_jobs(running.settings)), "all to be read", running)


def watermarks(running: RunningFlink) -> list[str | None]:
    return [report.watermark for report in list_jobs(running.settings)]


def told_sessions(running: RunningFlink) -> list[Session]:
    topic = topic_named("sessions.v1")
    return [decode(topic, record.value) for record in all_of(running.log, topic.name)]  # type: ignore[misc]


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


def test_the_watermarks_have_come_as_far_as_the_last_day(story: Story) -> None:
    assert [mark is not None and mark > "2026-03-05" for mark in story.watermarks] == [True, True]


def test_no_event_that_moves_only_time_is_a_session_yet(story: Story) -> None:
    assert not any(session.closed for session in story.sessions if session.visitor_id.startswith(CLOCK))


def test_what_the_jobs_need_can_be_imported_where_they_run(root: Path) -> None:
    imported = flink_python(root, ["import tillstream.data.streaming.flink.job", "import sys", "import pyflink"])
    assert imported.returncode == 0, imported.stderr
