"""Feast's plain SDK beside our own reader: the same rows of one store, the SDK in an environment of its own."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import valkey
from tests.integration.features.conftest import Server
from tests.unit.features.live_loop import IDS, SCHEMA, LiveLoop
from tests.unit.features.small_log import DAY_US, START, SilverTables, small_log

from tillstream.adapters.store import ReadingStore, WritingStore
from tillstream.core.contracts import to_micros
from tillstream.core.settings import Settings
from tillstream.data.lake.values import replace_values
from tillstream.features.definitions import FEATURES, Feature, features_of
from tillstream.features.definitions.aggregations import Asked
from tillstream.features.engines.feast.repo import values_path, write_repo
from tillstream.features.offline.export import values_at
from tillstream.features.online import FeatureReader, OnlineWriter
from tillstream.features.value_kinds import value_kind

pytestmark = pytest.mark.services

LOG = small_log(11, 250, days=4.0)
AT_US = to_micros(START) + 5 * DAY_US
EXPORTED = ("customer", "order")
INSTANTS_US = [AT_US - DAY_US, AT_US]
READ_FOR_A_PAYMENT = ("customer", "card", "device", "terminal")


class Feast:
    """The SDK behind a pipe."""

    def __init__(self, feast_bin: Path, repo: Path) -> None:
        self._process = subprocess.Popen(
            [feast_bin / "python", Path(__file__).parent / "feast_side.py", repo],
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
    loop = LiveLoop(folder / "log", LOG)
    loop.count(loop.records())
    writer = OnlineWriter(loop.updates, WritingStore(one.settings), SCHEMA)
    while writer.apply().records:
        pass
    yield one
    one.kill()


@pytest.fixture(scope="module")
def feast(server: Server, feast_bin: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feast]:
    """`feast apply` takes the repo that we write."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, store=server.settings)
    for entity in EXPORTED:
        replace_values(values_path(settings) / entity, exported(entity, [AT_US - 2 * DAY_US]))
        replace_values(values_path(settings) / entity, exported(entity, INSTANTS_US))
    replace_values(values_path(settings) / "session", exported("session", [to_micros(START) - DAY_US]))
    write_repo(settings, home / "feast")
    subprocess.run([feast_bin / "feast", "--chdir", home / "feast", "apply"], check=True, capture_output=True)
    one = Feast(feast_bin, home / "feast")
    yield one
    one.close()


def kept_somewhere(entity: str | None = None) -> list[Feature]:
    """All features, or an entity's, but for those that Feast cannot hold."""
    found = [
        one for one in FEATURES.values() if entity in (None, one.entity) and not isinstance(one.aggregation, Asked)
    ]
    return [one for one in found if one.online or value_kind(one) != "counts"]


def exported(entity: str, instants_us: list[int]) -> pa.Table:
    return values_at(SilverTables(LOG), kept_somewhere(entity), instants_us)


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
    assert named == sorted(one.name for one in kept_somewhere())
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


def test_history_is_what_was_exported_as_of_the_last_instant_before(feast: Feast) -> None:
    fields = [name for name, kind in feast("views")["customer"].items() if kind != "Map"]
    asked = {"customer_id": ["ann", "bob"], "event_timestamp": [AT_US, AT_US - 1]}
    found = feast("history", features=[f"customer:{name}" for name in fields], rows=asked)
    rows = {
        (row["customer_id"], to_micros(row["event_timestamp"])): row
        for row in exported("customer", INSTANTS_US).to_pylist()
    }
    assert len(found) == len(asked["customer_id"])
    for row in found:
        before = rows[row["customer_id"], AT_US if row["customer_id"] == "ann" else AT_US - DAY_US]
        assert {name: row[name] for name in fields} == {name: before[name] for name in fields}


def test_what_batch_computed_is_materialized_and_does_not_replace_what_was_pushed_later(feast: Feast) -> None:
    view = feast("views")["order_pushed"]
    rows = [row for row in exported("order", INSTANTS_US).to_pylist() if to_micros(row["event_timestamp"]) == AT_US]
    ids = [row["order_id"] for row in rows]
    feast("push", source="order_push", rows={**rows_of(view, "order", AT_US + 1, 7), "order_id": ids[:1]})
    feast("materialize", between=[AT_US - 2 * DAY_US, AT_US], views=["order_pushed"])
    features = [f"order_pushed:{name}" for name in view]
    found = feast("read", features=features, entities={"order_id": ids}, at_us=AT_US)
    assert len(ids) > 10
    for name, (pushed,) in ((name, rows_of(view, "order", AT_US, 7)[name]) for name in view):
        assert (name, found[name]) == (name, [pushed, *(row[name] for row in rows[1:])])


def test_an_entity_of_which_nothing_is_known_yet_is_materialized_as_nothing(feast: Feast) -> None:
    feast("materialize", between=[AT_US - 2 * DAY_US, AT_US], views=["session_pushed"])
    name = next(iter(feast("views")["session_pushed"]))
    found = feast("read", features=[f"session_pushed:{name}"], entities={"session_id": ["s0"]}, at_us=AT_US)
    assert found[name] == [None]


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
    assert "StoreFilling" in told["error"]
    assert "being filled" in told["error"]
