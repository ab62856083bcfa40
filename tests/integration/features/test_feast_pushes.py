"""A stream and a batch that push at once through Feast's plain SDK. `python -m research.pushes` is the long one."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.integration.features.conftest import Server

from tillstream.adapters.store import WritingStore
from tillstream.features.online.pushed import encode_pushed

pytestmark = pytest.mark.services

WRITES = 10_000


def test_no_order_of_a_stream_and_a_batch_leaves_an_older_value_and_feasts_own_writer_does(
    server: Server, feast_bin: Path, tmp_path: Path, root: Path
) -> None:
    words = [str(server.settings.port), str(tmp_path), str(WRITES), "7", "tillstream", "redis"]
    command = [feast_bin / "python", "-m", "research.pushes.race", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ours, theirs = map(json.loads, done.stdout.splitlines())
    assert (ours["writer"], ours["writes"], ours["regressions"]) == ("tillstream", WRITES, 0)
    assert (theirs["writer"], theirs["writes"]) == ("redis", WRITES)
    assert theirs["regressions"] > WRITES / 100, "a harness that finds nothing would prove nothing"


@pytest.mark.parametrize("kept", ["one call", "a call each"])
def test_of_equal_instants_the_later_made_stays_and_then_the_later_call(server: Server, kept: str) -> None:
    store = WritingStore(server.settings)
    pushed = [
        (5, 2, b"a"),
        (5, 1, b"b"),
        (5, 2, b"c"),
        (4, 9, b"d"),
        (-1, 0, b"e"),
        (2**52, 0, b"f"),
        (2**52 - 1, 0, b"g"),
    ]
    rows = [("p:shop:v:1", encode_pushed(at, made, {"value": value}), 60) for at, made, value in pushed]
    written = store.put_newest(rows) if kept == "one call" else sum(store.put_newest([row]) for row in rows)
    assert written == 3
    assert store.mget(["p:shop:v:1"]) == [rows[5][1]]
    store.close()
