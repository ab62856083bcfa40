"""`tillstream lake …` on a small home: what each verb prints and how it ends."""

import json

import pytest
import structlog
from tests.shop import shop_records
from typer.testing import CliRunner

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.cli.lake import app
from tillstream.data.lake import Lake


@pytest.fixture
def lake(tmp_path, monkeypatch):
    """A home whose log holds the sample shop and one bad record; gives a function that runs a verb."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TILLSTREAM_HOME", str(tmp_path / "var"))
    log = SqliteLog(tmp_path / "var" / "log")
    for topic, record in shop_records():
        log.append(topic, [record])
    log.append("clicks.v1", [NewRecord("v", b"{oops")])
    log.close()

    def run(*arguments, code=0):
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == code, done.output
        return done.stdout

    yield run
    structlog.reset_defaults()  # a service's log goes to the stderr it began with, which the runner has closed


def test_the_verbs_from_the_log_to_an_answer(lake):
    # The dead letter is an event, too, and has its row.
    assert f"{len(shop_records()) + 1} new rows in silver, 1 dead letters" in lake("work", "--until-caught-up")
    built = {one["name"]: one["days"] for one in json.loads(lake("gold", "--json"))}
    assert built["gold.sales_daily"] == 2
    sizes = {one["name"]: one["rows"] for one in json.loads(lake("show", "--json"))}
    assert sizes["silver.orders"] == 3
    assert "nothing lost, nothing doubled" in lake("verify")
    lake("compact")
    lake("retention", "--dry-run")
    assert json.loads(lake("history", "silver.orders", "--json"))[-1]["operation"] == "CREATE TABLE"
    answer = json.loads(lake("query", "SELECT SUM(units) AS units FROM gold.sales_daily", "--json"))
    assert int(answer[0]["units"]) == 5


def test_a_lake_that_lost_a_row_ends_with_3(lake, tmp_path):
    lake("work", "--until-caught-up")
    Lake(tmp_path / "var" / "lake").delta("silver.orders").delete("order_id = 'order-o1'")
    assert "wrong: orders" in lake("verify", code=3)
