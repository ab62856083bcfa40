"""Named batch jobs, and silver built anew from bronze."""

import pytest
from tests.oracle.sending import draw
from tests.unit.data.batch.test_gold import append

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.wiring.pipelines import pipeline_runner
from tillstream.core.errors import NotFound, SettingsError
from tillstream.core.settings import LakeSettings, load_settings
from tillstream.data.batch.gold import build_gold
from tillstream.data.batch.pipelines import Pipeline, pipeline_named, read_pipelines, run_pipeline
from tillstream.data.lake import Lake
from tillstream.data.lake.digest import table_digest
from tillstream.data.lake.upkeep import compact
from tillstream.data.streaming.embedded import rebuilding
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.data.streaming.embedded.verifying import decoded

JOBS = {
    "process_clickstream", "enrich_transaction", "aggregate_product_views", "join_bronze_to_silver", "output_to_gold",
}  # fmt: skip


def test_the_jobs_come_with_tillstream_and_a_folder_adds_to_them(tmp_path):
    (tmp_path / "pipelines.toml").write_text('[mine]\ndoes = "Sales."\ngold = ["gold.sales_daily"]\n')
    assert set(read_pipelines()) == JOBS
    found = read_pipelines(tmp_path)
    assert set(found) == JOBS | {"mine"}
    assert found["mine"] == Pipeline(does="Sales.", gold=("gold.sales_daily",))


@pytest.mark.parametrize(
    ("line", "why"),
    [("gold = ['gold.sails']", "gold.sails, which names no gold table"), ("glod = []", "glod"), ("gold = 3", "array")],
)
def test_a_pipeline_that_cannot_be_run_is_refused_with_its_file(tmp_path, line, why):
    (tmp_path / "pipelines.toml").write_text(f"[mine]\ndoes = 'Sales.'\n{line}\n")
    with pytest.raises(SettingsError, match=rf"pipelines\.toml: .*{why}"):
        read_pipelines(tmp_path)


def test_an_unknown_pipeline_is_refused_with_the_names_there_are():
    with pytest.raises(NotFound, match="no pipeline nightly; there are aggregate_product_views, "):
        pipeline_named(read_pipelines(), "nightly")


def test_silver_built_anew_from_bronze_is_the_same_and_so_is_gold_and_the_worker_goes_on(tmp_path):
    sent = list(draw(3, 900))
    topics = sorted({one.topic for one in sent})
    log, lake = SqliteLog(tmp_path / "log"), Lake(tmp_path / "lake")

    def land(some):
        append(log, some)
        LakeWorker(log, lake, LakeSettings(), topics=topics).run(lambda: False, until_caught_up=True)

    land(sent[:700])
    build_gold(lake)
    tables = [name for name in lake.tables() if not name.startswith("bronze.")]
    before = {name: table_digest(lake, name) for name in tables}
    with pipeline_runner(load_settings(home=tmp_path)) as runner:
        run_pipeline(runner, read_pipelines()["join_bronze_to_silver"])
    assert {name: table_digest(lake, name) for name in tables} == before
    land(sent[700:])
    grown = {name: table_digest(lake, name) for name in tables if name.startswith("silver.")}
    with pipeline_runner(load_settings(home=tmp_path)) as runner:
        runner.rebuild_silver(list(grown))
    log.close()
    assert grown["silver.clicks"] != before["silver.clicks"]
    assert {name: table_digest(lake, name) for name in grown} == grown


def test_silver_built_anew_while_its_worker_compacts_has_every_row_once(tmp_path, monkeypatch):
    log, lake = SqliteLog(tmp_path / "log"), Lake(tmp_path / "lake")
    for seed in (3, 4):
        append(log, sent := [one for one in draw(seed, 300) if one.topic == "clicks.v1"])
        LakeWorker(log, lake, LakeSettings(), topics=("clicks.v1",)).run(lambda: False, until_caught_up=True)
    before = table_digest(lake, "silver.clicks")

    def compacting(*given):
        yield from decoded(*given)
        compact(lake, "silver.clicks")

    monkeypatch.setattr(rebuilding, "decoded", compacting)
    assert rebuilding.rebuild_silver(lake, "silver.clicks").rows > len(sent)
    log.close()
    assert table_digest(lake, "silver.clicks") == before
