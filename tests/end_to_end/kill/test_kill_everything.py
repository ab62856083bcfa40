"""`kill -9` of every process at seeded moments, Valkey also with its data gone: nothing lost, nothing doubled.

A producer of its own writes to the log; a shop in threads of this process sends events through the door
and asks for decisions, and remembers what was answered. KILL_EVENTS=100000 KILL_COUNT=40 is the full size.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.end_to_end.kill.shop import OWN_CAMPAIGN, Shop
from tests.integration.api.processes import free_port, shelf_in
from tests.integration.lake.victims import Victim, tillstream
from tests.oracle.gold import differences_of_gold
from tests.oracle.sending import Sent, read_sent
from tests.oracle.silver import differences_of_dead_letters, differences_of_silver, expected_silver

from tillstream.core.settings import StoreSettings
from tillstream.data.lake import Lake
from tillstream.operations.stack.valkey import valkey_command

EVENTS = int(os.environ.get("KILL_EVENTS", "20000"))
KILLS = int(os.environ.get("KILL_COUNT", "20"))
SEED = int(os.environ.get("KILL_SEED", "1"))
LONGEST_SECONDS = 2.5
pytestmark = [pytest.mark.kill, pytest.mark.timeout(1200)]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "TILLSTREAM_HOME": str(tmp_path),
        "TILLSTREAM_STORE__PORT": str(free_port()),
        "TILLSTREAM_SERVING__PORT": str(free_port()),
        "TILLSTREAM_LOG__LEASE_SECONDS": "1.5",
        "TILLSTREAM_LAKE__COMMIT_ROWS": "1500",
        "TILLSTREAM_LAKE__COMMIT_SECONDS": "0.5",
        "TILLSTREAM_LAKE__COMPACT_AFTER_COMMITS": "8",
    }


@pytest.fixture
def victims(tmp_path: Path, environment: dict[str, str]) -> Iterator[dict[str, Victim]]:
    (tmp_path / "store").mkdir()
    store = valkey_command(tmp_path, StoreSettings(port=int(environment["TILLSTREAM_STORE__PORT"])))
    commands = {
        "valkey": list(store),
        "lake": tillstream("lake", "work"),
        "features": tillstream("features", "work"),
        "api": tillstream("serve"),
    }
    made = {name: Victim(name, one, environment, tmp_path / f"{name}.txt") for name, one in commands.items()}
    yield made
    for victim in made.values():
        victim.kill()


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        tillstream(*arguments), env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (
        f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr[-3000:]}"
    )
    return done.stdout


def start_producer(folder: Path) -> "subprocess.Popen[bytes]":
    options = {"log": folder / "log", "sent": folder / "sent.jsonl", "seed": SEED, "count": EVENTS}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    rate = EVENTS / (KILLS * LONGEST_SECONDS / 2)
    return subprocess.Popen([sys.executable, "-m", "tests.integration.lake.producer", *words, "--rate", str(rate)])


def kill_at_random(victims: dict[str, Victim], store_folder: Path, url: str) -> None:
    """Keeps all running, kills one at a time; every second kill of Valkey takes its data too.

    The API is killed once it answers, or on a slow machine it would never have answered anything.
    """
    chance = random.Random(SEED)
    for _ in range(KILLS):
        name = chance.choice(sorted(victims))
        until = time.monotonic() + chance.uniform(0.2, LONGEST_SECONDS)
        while time.monotonic() < until:
            for victim in victims.values():
                victim.keep_running()
            time.sleep(0.02)
        if name == "api":
            wait_for_answer(url, victims)
        victims[name].kill()
        if name == "valkey" and victims[name].kills % 2:
            shutil.rmtree(store_folder)
            store_folder.mkdir()
    for victim in victims.values():
        victim.keep_running()


def rows(lake: Lake, layer: str) -> dict[str, list[dict[str, Any]]]:
    names = [name for name in lake.tables() if name.startswith(f"{layer}.")]
    return {name.partition(".")[2]: lake.arrow(name).to_pylist() for name in names}


def wait_for_answer(url: str, victims: dict[str, Victim]) -> None:
    until = time.monotonic() + 120
    while True:
        for victim in victims.values():
            victim.keep_running()
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < until, "the API does not come back"
        time.sleep(0.1)


def test_killed_processes_lose_nothing_and_double_nothing(
    tmp_path: Path, environment: dict[str, str], victims: dict[str, Victim]
) -> None:
    shelf_in(tmp_path)
    url = f"http://127.0.0.1:{environment['TILLSTREAM_SERVING__PORT']}"
    producer, shop = start_producer(tmp_path), Shop(url, SEED)
    try:
        with shop:
            kill_at_random(victims, tmp_path / "store", url)
            assert producer.wait(600) == 0
            wait_for_answer(url, victims)
            shop.wait_for(50)
    finally:
        producer.kill()
        producer.wait()
    assert shop.decisions
    assert shop.accepted
    assert victims["api"].stop() in (0, -signal.SIGTERM)  # uvicorn ends by the signal it was asked with
    assert victims["lake"].stop() == 0
    run(environment, "lake", "work", "--until-caught-up")
    run(environment, "lake", "gold")
    run(environment, "features", "release", "--until-stored")
    run(environment, "features", "parity", "--sample", "100000")

    sent, lake = read_sent(tmp_path / "sent.jsonl"), Lake(tmp_path / "lake")
    assert len(sent) == EVENTS
    silver = rows(lake, "silver")
    shop.check(silver)
    check_lake(silver, rows(lake, "gold"), sent)


def check_lake(silver: dict[str, Any], gold: dict[str, Any], sent: list[Sent]) -> None:
    """What the producer sent is there once, all else came from the shop of this test."""
    mine = {entity: found for entity, found in silver.items() if entity != "decisions"}
    mine["campaigns"] = [one for one in mine["campaigns"] if not one["campaign_id"].startswith(OWN_CAMPAIGN)]
    letters = [letter for letter in mine.pop("dead_letters", []) if not letter["place"].startswith("POST ")]
    assert differences_of_dead_letters(letters, sent) == []
    assert differences_of_silver(mine, sent) == []
    expected = {entity: list(found.values()) for entity, found in expected_silver(sent).items()}
    assert differences_of_gold(gold, expected) == []
