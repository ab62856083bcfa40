"""`kill -9` of the lake worker and the gold build at seeded moments: 0 lost, 0 doubled, by the oracle.

KILL_EVENTS=100000 KILL_COUNT=40 runs it at full size.
"""

import json
import os
import subprocess
import sys
import time

import pytest
from tests.integration.lake.victims import Victim, kill_at_random, tillstream
from tests.oracle.gold import differences_of_gold
from tests.oracle.sending import read_sent
from tests.oracle.silver import differences_of_dead_letters, differences_of_silver, expected_silver

from tillstream.data.lake import Lake

EVENTS = int(os.environ.get("KILL_EVENTS", "20000"))
KILLS = int(os.environ.get("KILL_COUNT", "20"))
SEED = int(os.environ.get("KILL_SEED", "1"))
pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]


@pytest.fixture
def environment(tmp_path):
    """Small batches and short leases, so that there is much to interrupt."""
    return {
        "TILLSTREAM_HOME": str(tmp_path),
        "TILLSTREAM_LOG__LEASE_SECONDS": "1.5",
        "TILLSTREAM_LAKE__COMMIT_ROWS": "700",
        "TILLSTREAM_LAKE__COMMIT_SECONDS": "0.3",
        "TILLSTREAM_LAKE__COMPACT_AFTER_COMMITS": "4",
    }


def start_producer(tmp_path, *, rate):
    command = [sys.executable, "-m", "tests.integration.lake.producer", "--log", str(tmp_path / "log")]
    command += [
        "--sent",
        str(tmp_path / "sent.jsonl"),
        "--seed",
        str(SEED),
        "--count",
        str(EVENTS),
        "--rate",
        str(rate),
    ]
    return subprocess.Popen(command)


def run(environment, *arguments):
    done = subprocess.run(tillstream(*arguments), env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def rows(lake, layer):
    names = [name for name in lake.tables() if name.startswith(f"{layer}.")]
    return {name.partition(".")[2]: lake.arrow(name).to_pylist() for name in names}


def bronze_rows(lake):
    """Of what the producer sent: without the dead letters that the workers add."""
    names = [name for name in lake.tables() if name.startswith("bronze.") and name != "bronze.dead_letters"]
    return sum(len(lake.arrow(name, ["log_offset"])) for name in names)


def test_killed_workers_lose_nothing_and_double_nothing(tmp_path, environment):
    victims = [
        Victim("worker", tillstream("lake", "work"), environment, tmp_path / "worker.txt", b"batch_landed"),
        Victim("other-worker", tillstream("lake", "work"), environment, tmp_path / "other.txt", b"batch_landed"),
        Victim("gold", tillstream("lake", "gold"), environment, tmp_path / "gold.txt"),
    ]
    producer = start_producer(tmp_path, rate=EVENTS / KILLS)
    try:
        kill_at_random(victims, kills=KILLS, seed=SEED, longest_seconds=1.5)
        assert producer.wait(600) == 0
    finally:
        producer.kill()
    assert sum((tmp_path / f"{name}.txt").read_text().count("batch_landed") for name in ("worker", "other")) > KILLS
    run(environment, "lake", "work", "--until-caught-up")
    run(environment, "lake", "gold")
    run(environment, "lake", "compact")

    sent, lake = read_sent(tmp_path / "sent.jsonl"), Lake(tmp_path / "lake")
    assert len(sent) == EVENTS
    assert (
        sum(len(lake.arrow(name, ["log_offset"])) for name in lake.tables() if "bronze" in name and "dead" not in name)
        == EVENTS
    )
    silver = rows(lake, "silver")
    assert differences_of_silver(silver, sent) == []
    assert differences_of_dead_letters(silver["dead_letters"], sent) == []
    expected = {entity: list(found.values()) for entity, found in expected_silver(sent).items()}
    assert differences_of_gold(rows(lake, "gold"), expected) == []
    verdicts = json.loads(run(environment, "lake", "verify", "--json"))["entities"]
    assert sum(one["silver_rows"] for one in verdicts) == sum(map(len, silver.values()))


def test_a_worker_told_to_stop_commits_what_it_holds(tmp_path, environment):
    producer = start_producer(tmp_path, rate=10**9)
    assert producer.wait(120) == 0
    slow = {**environment, "TILLSTREAM_LAKE__COMMIT_ROWS": "10000000", "TILLSTREAM_LAKE__COMMIT_SECONDS": "600"}
    worker = Victim("worker", tillstream("lake", "work"), slow, tmp_path / "worker.txt")
    worker.keep_running()
    beat = tmp_path / "stack" / "heartbeats" / "lake.json"
    until = time.monotonic() + 60
    while not beat.exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(3)
    assert worker.stop() == 0
    lake = Lake(tmp_path / "lake")
    assert bronze_rows(lake) == EVENTS
