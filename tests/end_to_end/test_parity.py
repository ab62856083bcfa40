"""`make parity` in small: a hundred thousand triples of the shop, and the manual's own features on a file."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import valkey
from research.homes import Home, settings_of
from research.parity.homes import empty_store, home_of_shop
from research.parity.playing import Stop, play
from research.parity.proving import prove

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import StoreSettings
from tillstream.data.lake import Lake
from tillstream.features.definitions import default_schema
from tillstream.features.logs import FeatureLogs
from tillstream.features.online.position import PREFIX
from tillstream.features.parity import Moment, Values
from tillstream.features.parity.live import OnlineEngine
from tillstream.features.parity.report import lines_of

pytestmark = [pytest.mark.services, pytest.mark.timeout(120)]

TRIPLES = 100_000
SEED = 7
SCHEMA = default_schema()


def quietly(line: str) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Played:
    logs: FeatureLogs
    lake: Lake
    stops: list[Stop]
    folder: Path

    @contextmanager
    def store(self, name: str) -> Iterator[StoreSettings]:
        with empty_store(self.folder / name) as store:
            yield store


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("parity")
    home: Home = home_of_shop(folder, 100, 12, SEED, quietly)
    settings = settings_of(home)
    lake = Lake(settings.lake_path)
    with closing(FeatureLogs(open_log(settings), SqliteLog(folder / "updates"))) as logs:
        lateness_us = settings.features.lateness_seconds * 10**6
        stops = play(logs, lake, SCHEMA, lateness_us=lateness_us, stops=12, seed=SEED, tell=quietly)
        yield Played(logs, lake, stops, folder)


def test_every_engine_gives_the_same_bits_at_every_position(played: Played) -> None:
    with played.store("whole") as store:
        found = prove(
            played.logs, played.lake, store, SCHEMA, played.stops, triples=TRIPLES, seed=SEED, tell=quietly
        )  # fmt: skip
    assert found.triples >= TRIPLES
    assert found.valued > TRIPLES // 4
    assert list(lines_of(found)) == [f"parity triples={found.triples} mismatches=0 missing=0 extra=0"]


def test_rows_that_change_in_the_store_are_named_with_the_engine_that_reads_them(played: Played) -> None:
    with played.store("spoiled") as store, played.store("untouched") as clean:
        online = OnlineEngine(played.logs.updates, store, SCHEMA)
        rows = valkey.Valkey(port=store.port)

        def spoiled(moment: Moment) -> Values:
            online(moment)
            one, other, *_ = sorted(rows.scan_iter(match=f"{PREFIX}product:*"))
            rows.set(one, rows.get(other) or b"")
            return online(moment)

        found = prove(
            played.logs, played.lake, clean, SCHEMA, played.stops[:3], triples=20_000, seed=SEED, tell=quietly,
            more={"spoiled": spoiled},
        )  # fmt: skip
        online.close()
        rows.close()
    assert found.mismatches > 0
    assert {one.entity for one in found.differences} == {"product"}
    for one in found.differences:
        assert one.values["polars"] == one.values["tiles"] == one.values["online"] != one.values["spoiled"]


def test_the_manual_s_own_features_hold_on_a_file_of_orders(root: Path, tmp_path: Path) -> None:
    manual = (root / "docs/howto/prove-parity.md").read_text()
    (tmp_path / "loyal.py").write_text(re.findall(r"```python\n(.*?)```", manual, re.DOTALL)[0])
    lines = ["customer,at,sku,cents"]
    lines += [f"c{n % 7},2026-03-{1 + n // 40:02}T{n % 24:02}:{n % 60:02}:00Z,s{n % 5},{100 + n}" for n in range(400)]
    (tmp_path / "orders.csv").write_text("\n".join(lines))
    (tmp_path / "orders.toml").write_text(
        """
        [clock]
        column = "at"
        [[feed]]
        topic = "orders.v1"
        each = "group"
        by = ["customer", "at"]
        [feed.fields]
        order_id = { template = "o-{line}" }
        kind = { constant = "placed" }
        customer_id = "customer"
        currency = { constant = "EUR" }
        total_cents = { column = "cents", sum = true }
        lines.list_of = { product_id = "sku", quantity = { constant = 1 }, unit_price_cents = "cents" }
        """
    )
    words = ("--replay", "orders.csv", "--mapping", "orders.toml", "--definitions", "loyal.py", "--triples", "300")
    command = [sys.executable, "-m", "research.parity", *(str(tmp_path / one) if "." in one else one for one in words)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    last = re.fullmatch(r"parity triples=(\d+) mismatches=0 missing=0 extra=0", done.stdout.splitlines()[-1])
    assert last is not None
    assert int(last[1]) >= 300
