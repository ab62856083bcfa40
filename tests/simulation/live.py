"""Runs the streaming jobs over a temporary log, through crashes, to what they come to in the end."""

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from tests.simulation.crashes import Crash, CrashingLog, Fate, bury
from tests.simulation.silver_like import SilverLike
from tests.simulation.world import GAP_MS, LATENESS_MS, Arriving

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts import Event, to_micros
from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.money import Order
from tillstream.data.streaming.embedded.keyed_state import KeyedState
from tillstream.data.streaming.embedded.keyed_worker import KeyedWorker
from tillstream.data.streaming.embedded.pattern_job import PatternJob
from tillstream.data.streaming.embedded.session_job import SessionJob
from tillstream.data.streaming.embedded.state_places import InFile, InTopic
from tillstream.data.streaming.logic.session_records import Told
from tillstream.data.streaming.logic.sessions import Step, Visitor, step_of, tell

Row = dict[str, Any]
AFTER_ALL_MS = 2**50


def fill(folder: Path, arriving: Sequence[Arriving], chance: random.Random) -> None:
    """Appends the records in portions of drawn sizes."""
    log, left = SqliteLog(folder), list(arriving)
    while left:
        portion, left = left[: (size := chance.randrange(1, 60))], left[size:]
        for topic in dict.fromkeys(one.topic for one in portion):
            log.append(topic, [one.record for one in portion if one.topic == topic])
    log.close()


def outcome(folder: Path, chance: random.Random, *, then_correct: bool = False) -> dict[str, list[Any]]:
    """Silver-like rows, sessions and alerts at the end of the log, in an order that the content gives.

    Alerts are not corrected, so they are left out where sessions are.
    """
    fate = Fate(chance)
    in_topic = chance.random() < 0.5
    jobs = (SilverLike(), SessionJob(gap_ms=GAP_MS, lateness_ms=LATENESS_MS), PatternJob(lateness_ms=LATENESS_MS))
    for job in jobs:
        work(folder, lambda log, job=job: place_of(log, folder, job.output, in_topic=in_topic), job, fate, chance)
    log = SqliteLog(folder)
    with place_of(log, folder, "outcomes.v1", in_topic=in_topic).transaction() as transaction:
        silver = KeyedState(transaction.connection).keys()
    rows = sorted((key, value.decode()) for key, value in silver.items())
    told = each_once(records(log, "sessions.v1"))
    alerts = sorted(each_once(records(log, "fraud_alerts.v1")), key=lambda row: str(row["event_id"]))
    log.close()
    if then_correct:
        return {"silver": rows, "sessions": corrected(rows, told)}
    return {"silver": rows, "sessions": standing(told), "alerts": alerts}


def place_of(log: SqliteLog, folder: Path, output: str, *, in_topic: bool) -> InTopic | InFile:
    """Where a job's state lies: with its output in one commit, or beside it as on Kafka."""
    return InTopic(log, output) if in_topic else InFile(folder / "state" / f"{output}.db", log, output)


def work(folder: Path, place: Callable[[SqliteLog], Any], job: Any, fate: Fate, chance: random.Random) -> None:
    """Lives one after the other, each until it crashes, the last until all is read and told."""
    while True:
        log = CrashingLog(folder, fate)
        now = [0.0]
        try:
            worker = KeyedWorker(
                log,
                place(log),
                job,
                idle_seconds=10.0**9,
                partial_seconds=1.0,
                poll_rows=chance.randrange(5, 80),
                clock=lambda now=now: now[0],
            )
            while worker.turn(0.0) != 0:
                now[0] += chance.choice((0.0, 0.0, 2.0))
            now[0] += 2.0
            worker.close()
            return
        except Crash:
            pass
        finally:
            bury(log, folder)


def records(log: SqliteLog, topic: str) -> list[Row]:
    """Every record of a topic."""
    return [json.loads(one.value) for p in log.end_offsets(topic) for one in log.read(topic, p, 0, 100_000)]


def each_once(rows: Iterable[Row]) -> list[Row]:
    """Rows by their `event_id`; two of one id are the same."""
    found: dict[str, Row] = {}
    for row in rows:
        assert found.setdefault(row["event_id"], row) == row
    return list(found.values())


def corrected(silver: Sequence[tuple[str, str]], told: Sequence[Row]) -> list[Row]:
    """The sessions after a batch run over all of silver, which sends anew what live told otherwise."""
    steps: dict[str, list[Step]] = {}
    for key, text in silver:
        received_us, _, value = text.partition("|")
        kind = {"Click": Click, "Order": Order}.get(key.partition("|")[0])
        if kind is None:
            continue
        event: Event = msgspec.json.decode(value, type=kind)
        if (found := step_of(event, int(received_us))) is not None:
            steps.setdefault(found[0], []).append(found[1])
    known: dict[str, list[Told]] = {}
    for row in standing(told):
        started_us = to_micros(datetime.fromisoformat(row["started_at"]))
        known.setdefault(row["visitor_id"], []).append(Told(row["session_id"], row["revision"], started_us))
    rows = list(told)
    for visitor_id, mine in steps.items():
        visitor = Visitor(tuple(sorted(mine)), tuple(known.get(visitor_id, ())))
        _, said = tell(visitor_id, visitor, gap_ms=GAP_MS, watermark_ms=AFTER_ALL_MS, partial=False)
        rows += [json.loads(session.encode()) for session, _ in said]
    return standing(each_once(rows))


def standing(sessions: Iterable[Row]) -> list[Row]:
    """What gold keeps: of each session the highest revision, unless it was taken back."""
    highest: dict[str, Row] = {}
    for row in sessions:
        known = highest.get(row["session_id"])
        if known is None or row["revision"] > known["revision"]:
            highest[row["session_id"]] = row
    return sorted((row for row in highest.values() if not row.get("retracted")), key=lambda row: row["session_id"])


def digest(found: dict[str, list[Any]]) -> str:
    """One hash of all of it."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
