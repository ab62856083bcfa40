import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.cli.sources import app
from tillstream.data.sources.world import WorldSettings
from tillstream.data.sources.world.remembering import remember, remembered
from tillstream.data.sources.world.settings import DAY_US

SIMULATE = ["simulate", "--customers", "40", "--days", "4", "--seed", "5"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TILLSTREAM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_two_runs_of_one_command_give_the_same_files(home: Path, tmp_path: Path):
    for name in ("first", "second"):
        _run(*SIMULATE, "--out", str(tmp_path / name), "--truth", str(tmp_path / f"{name}-truth"))
    for kind in ("", "-truth"):
        first, second = (
            {f.name: f.read_bytes() for f in (tmp_path / f"{n}{kind}").iterdir()} for n in ("first", "second")
        )
        assert first == second
        assert len(first) >= 3


def test_the_truth_lies_apart_from_what_is_received(home: Path, tmp_path: Path):
    _run(*SIMULATE, "--out", str(tmp_path / "world"))
    assert {path.name for path in (home / "truth").iterdir()} == {
        "customers.ndjson",
        "products.ndjson",
        "frauds.ndjson",
        "bots.ndjson",
    }
    assert {path.suffix for path in (tmp_path / "world").iterdir()} == {".ndjson"}
    assert b"persona" not in b"".join(path.read_bytes() for path in (tmp_path / "world").iterdir())


def test_until_sets_the_clock(home: Path):
    told = json.loads(_run(*SIMULATE, "--until", "2026-03-05T06:00:00Z", "--json"))
    files = sorted(path.stem for path in (home / "world").iterdir())
    assert files == ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]
    last = json.loads((home / "world" / "2026-03-05.ndjson").read_text().splitlines()[-1])
    assert last["received_at_us"] == told["until_us"]


def test_a_home_remembers_the_world_on_its_log(home: Path):
    told = json.loads(_run(*SIMULATE, "--to", "log", "--until", "2026-03-05T00:00:00Z", "--json"))
    expected = WorldSettings(customers=40, days=4, seed=5, until_us=told["until_us"])
    assert remembered(home / "world.json") == expected
    log = SqliteLog(home / "log")
    assert sum(log.end_offsets("clicks.v1").values()) > 50
    log.close()


def test_a_world_is_remembered_exactly(tmp_path: Path):
    settings = WorldSettings(customers=33, days=2, seed=1, signal=False, until_us=DAY_US * 20_000 + 1)
    assert remembered(tmp_path / "world.json") is None
    remember(settings, tmp_path / "world.json")
    assert remembered(tmp_path / "world.json") == settings


def test_a_clock_that_is_none_is_refused_in_a_sentence(home: Path):
    result = CliRunner().invoke(app, [*SIMULATE, "--until", "tomorrow"])
    assert result.exit_code == 1
    assert "--until takes ISO 8601" in str(result.exception)
