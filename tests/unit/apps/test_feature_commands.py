import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tillstream.apps.cli.features import app
from tillstream.features.definitions import FEATURES


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


def test_a_feature_and_an_entity_have_their_pages(run: CliRunner, empty_folder: Path) -> None:
    shown = run.invoke(app, ["docs", "card__paid_1d"], catch_exceptions=False).stdout
    assert "`amount_cents` of `silver.payments`" in shown
    run.invoke(app, ["docs", "--out", str(empty_folder / "pages")], catch_exceptions=False)
    assert "`card__paid_1d`" in (empty_folder / "pages" / "card.md").read_text()
