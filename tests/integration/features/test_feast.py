"""Feast's plain SDK beside our own reader: the same rows of one store, the SDK in an environment of its own."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import valkey
from tests.integration.features.conftest import Server
from tests.unit.features.live_loop import IDS, SCHEMA, LiveLoop
from tests.unit.features.small_log import DAY_US, START, small_log

from tillstream.adapters.store import ReadingStore, WritingStore
from tillstream.core.contracts import to_micros
from tillstream.core.settings import Settings
from tillstream.features.definitions import FEATURES, features_of
from tillstream.features.definitions.aggregations import Asked
from tillstream.features.engines.feast.repo import write_repo
from tillstream.features.online import FeatureReader, OnlineWriter

pytestmark = pytest.mark.services

AT_US = to_micros(START) + 5 * DAY_US
ROOT = Path(__file__).resolve().parents[3]
BIN = ROOT / "var" / "env" / "feast" / "bin"
READ_FOR_A_PAYMENT = ("customer", "card", "device", "terminal")


class Feast:
    """The SDK behind a pipe."""

    def __init__(self, repo: Path) -> None:
        self._process = subprocess.Popen(
            [BIN / "python", Path(__file__).parent / "feast_side.py", repo],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def __call__(self, do: str, **asked: Any) -> Any:
        told = self.told(do, **asked)
        assert "error" not in told, told
        return told["answer"]

    def told(self, do: str, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **asked}) + "\n")
        self._process.stdin.flush()
        answered: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answered

    def close(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("feast")
    one = Server(folder)
    one.start()
    loop = LiveLoop(folder / "log", small_log(11, 250, days=4.0))
    loop.count(loop.records())
    writer = OnlineWriter(loop.updates, WritingStore(one.settings), SCHEMA)
    while writer.apply().records:
        pass
    yield one
    one.kill()


@pytest.fixture(scope="module")
def feast(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feast]:
    """make installs what is missing; `feast apply` takes the repo that we write."""
    subprocess.run(["make", "--no-print-directory", "setup", "FEAST=1"], cwd=ROOT, check=True)
    home = tmp_path_factory.mktemp("home")
    write_repo(Settings(home=home, store=server.settings), home / "feast")
    subprocess.run([BIN / "feast", "--chdir", home / "feast", "apply"], check=True, capture_output=True)
    one = Feast(home / "feast")
    yield one
    one.close()


def ours(server: Server, ids: dict[str, tuple[str, ...]], names: list[str]) -> dict[str, dict[str, dict[str, Any]]]:
    async def go() -> dict[str, dict[str, dict[str, Any]]]:
        store = ReadingStore(server.settings)
        try:
            return (await FeatureReader(store).read(ids, [SCHEMA.features[name] for name in names], AT_US)).values
        finally:
            await store.close()

    return asyncio.run(go())


def test_every_feature_that_somebody_keeps_is_in_one_view_and_every_use_case_has_its_service(feast: Feast) -> None:
    views = feast("views")
    named = sorted(name for fields in views.values() for name in fields)
    assert named == sorted(name for name, one in FEATURES.items() if not isinstance(one.aggregation, Asked))
    cases = ("recommend", "price", "churn", "fraud")
    assert feast("services") == {case: len(features_of(case)) for case in cases}


@pytest.mark.parametrize("entity", IDS)
def test_a_read_by_feast_equals_ours_value_for_value_and_type_for_type(
    server: Server, feast: Feast, entity: str
) -> None:
    names = [name for name, one in SCHEMA.features.items() if one.entity == entity]
    asked = [f"{entity}:{name}" for name in names]
    found = feast("read", features=asked, entities={f"{entity}_id": IDS[entity]}, at_us=AT_US)
    expected = ours(server, {entity: IDS[entity]}, names)[entity]
    for place, one in enumerate(found[f"{entity}_id"]):
        for name in names:
            value, wanted = found[name][place], expected[one][name]
            wanted = list(wanted) if isinstance(wanted, tuple) else wanted
            assert (name, type(value), value) == (name, type(wanted), wanted)


def test_a_service_is_read_in_one_command_however_many_views_it_has(server: Server, feast: Feast) -> None:
    client = valkey.Valkey(port=server.settings.port)
    client.config_resetstat()
    entities = {f"{entity}_id": [IDS[entity][0]] for entity in READ_FOR_A_PAYMENT}
    found = feast("read", service="fraud", entities=entities, at_us=AT_US)
    stats = client.info("commandstats")
    client.close()
    assert len(found) > len(features_of("fraud"))
    assert stats["cmdstat_mget"]["calls"] == 1
    reads = {"cmdstat_get", "cmdstat_hget", "cmdstat_hmget", "cmdstat_hgetall", "cmdstat_evalsha"}
    assert not reads & set(stats)


def rows_of(view: dict[str, str], entity: str, at_us: int, value: int) -> dict[str, list[Any]]:
    values: dict[str, Any] = {
        "Int64": value,
        "Float64": value / 7,
        "String": f"é{value}",
        "Array(String)": [str(value)],
    }
    columns = {name: [values.get(kind, {f"k{value}": value})] for name, kind in view.items()}
    return {f"{entity}_id": ["one"], "event_timestamp": [at_us], **columns}


@pytest.mark.parametrize("entity", ["customer", "visitor", "card", "order"])
def test_a_pushed_row_is_read_back_and_never_gives_way_to_an_older(feast: Feast, entity: str) -> None:
    view = feast("views")[f"{entity}_pushed"]
    asked = {
        "features": [f"{entity}_pushed:{name}" for name in view],
        "entities": {f"{entity}_id": ["one", "nobody"]},
        "at_us": AT_US,
    }
    for at_us, value, kept in ((AT_US, 1, 1), (AT_US - 1, 2, 1), (AT_US + 1, 3, 3), (AT_US, 1, 3), (AT_US + 1, 4, 4)):
        feast("push", source=f"{entity}_push", rows=rows_of(view, entity, at_us, value))
        found = feast("read", **asked)
        expected = rows_of(view, entity, at_us, kept)
        for name in view:
            assert (name, found[name]) == (name, [expected[name][0], None])


def test_what_our_engines_keep_has_no_second_writer(server: Server, feast: Feast) -> None:
    names = [name for name, one in SCHEMA.features.items() if one.entity == "region"]
    before = ours(server, {"region": IDS["region"]}, names)
    view = feast("views")["region"]
    rows = {**rows_of(view, "region", AT_US, 9), "region_id": [IDS["region"][0]]}
    told = feast.told("write", view="region", rows=rows)
    assert "KeptLive" in told["error"]
    assert "its one writer" in told["error"]
    assert "region_push" in feast.told("push", source="region_push", rows=rows)["error"]
    assert ours(server, {"region": IDS["region"]}, names) == before


def test_a_store_that_is_being_filled_is_no_answer(server: Server, feast: Feast) -> None:
    client = valkey.Valkey(port=server.settings.port)
    kept = client.getdel("f:position")
    told = feast.told("read", features=["card:card__payments_1h"], entities={"card_id": ["k0"]}, at_us=AT_US)
    client.set("f:position", kept)
    client.close()
    assert "StoreUnavailable" in told["error"]
    assert "being filled" in told["error"]
