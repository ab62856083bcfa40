import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tillstream.apps.cli.features import app
from tillstream.apps.wiring import feature_plans
from tillstream.features.definitions import FEATURES, default_schema
from tillstream.features.errors import TooLarge
from tillstream.features.online.footprint import Rows, footprint


@pytest.fixture
def run(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("TILLSTREAM_HOME", str(empty_folder / "home"))
    return CliRunner()


def test_what_is_applied_is_in_force_and_the_plan_is_empty(run: CliRunner) -> None:
    planned = json.loads(run.invoke(app, ["plan", "--json"], catch_exceptions=False).stdout)
    assert set(planned["added"]) == set(FEATURES)
    assert planned["events_to_read"]["payments.v1"] == 0
    assert run.invoke(app, ["apply", "--dry-run"], catch_exceptions=False).exit_code == 0
    assert json.loads(run.invoke(app, ["plan", "--json"], catch_exceptions=False).stdout)["added"]
    assert "new, 0 retired" in run.invoke(app, ["apply"], catch_exceptions=False).stdout
    assert run.invoke(app, ["plan"], catch_exceptions=False).stdout == "nothing to do\n"


def test_memory_is_said_by_entity_and_what_does_not_fit_ends_with_3(run: CliRunner) -> None:
    told = run.invoke(app, ["memory", "--entities", "region=10"], catch_exceptions=False)
    assert told.exit_code == 0
    assert told.stdout.splitlines()[-1].startswith("fits: 2.0 MiB expected")
    refused = run.invoke(app, ["memory", "--entities", "customer=1_000_000", "--json"], catch_exceptions=False)
    assert refused.exit_code == 3
    assert json.loads(refused.stdout)["needs"][0]["entities"] == 1_000_000
    assert "does not fit" in run.invoke(app, ["memory", "--entities", "customer=1000000"]).stdout
    assert run.invoke(app, ["memory", "--entities", "planet=3"]).exit_code == 2


def test_definitions_whose_rows_the_store_would_not_hold_are_not_applied(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_plans, "needed", lambda *_: footprint(default_schema(), {"card": Rows(10**6)}, 2**30))
    refused = run.invoke(app, ["apply"])
    assert isinstance(refused.exception, TooLarge)
    assert json.loads(run.invoke(app, ["plan", "--json"], catch_exceptions=False).stdout)["added"]


def test_a_feature_and_an_entity_have_their_pages(run: CliRunner, empty_folder: Path) -> None:
    shown = run.invoke(app, ["docs", "card__paid_1d"], catch_exceptions=False).stdout
    assert "`amount_cents` of `silver.payments`" in shown
    run.invoke(app, ["docs", "--out", str(empty_folder / "pages")], catch_exceptions=False)
    assert "`card__paid_1d`" in (empty_folder / "pages" / "card.md").read_text()
