"""`tillstream stack move`: what it refuses, and what a moved home asks of the settings."""

import json
from pathlib import Path

import pytest

from tillstream.apps.cli.main import main
from tillstream.apps.wiring.event_log import holds_updates, open_feature_logs
from tillstream.apps.wiring.stack import places_of
from tillstream.core.errors import SettingsError
from tillstream.core.locks import held
from tillstream.core.settings import Settings, load_settings
from tillstream.core.settings.moved import FILE


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """The exit code and what was said, which is one line."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1
    return ended.value.code, said


def moved(home: Path, engines: dict[str, str], folder: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / FILE).write_text(json.dumps({"engines": engines, "log": {"folder": folder}}))


def test_a_machine_without_the_other_sets_engines_says_so_and_ends_with_2(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty_folder / "bin").mkdir()
    monkeypatch.setenv("PATH", str(empty_folder / "bin"))
    code, said = refused(["stack", "move", "--to", "distributed"], capsys)
    assert code == 2
    assert said.startswith("Java 17 or newer is needed for Kafka, Flink, Spark")
    assert not (empty_folder / "var" / FILE).exists()


def test_a_home_that_is_there_already_is_said_so_and_well_ended(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["stack", "move", "--to", "embedded"])
    assert ended.value.code == 0
    assert "is on sqlite, as its settings say: nothing is to be carried" in capsys.readouterr().out
    assert not (empty_folder / "var" / FILE).exists()


def test_a_home_whose_stack_runs_is_not_moved(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with held(places_of(load_settings()).lock):
        code, said = refused(["stack", "move", "--to", "distributed"], capsys)
    assert (code, said) == (1, "a stack runs here: stop it first, with: tillstream stack down")


def test_a_home_whose_live_features_are_on_flink_can_leave_it(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moved(empty_folder / "var", {"set": "distributed"}, "log")
    monkeypatch.setenv("TILLSTREAM_ENGINES__LIVE_FEATURES", "flink")
    with held(places_of(load_settings()).lock):
        code, said = refused(["stack", "move", "--to", "embedded"], capsys)
    assert (code, said) == (1, "a stack runs here: stop it first, with: tillstream stack down")


def test_a_moved_home_says_which_set_and_log_it_is_on(tmp_path: Path) -> None:
    moved(tmp_path, {"set": "distributed"}, "log")
    assert Settings(home=tmp_path).engines.lake == "spark"
    moved(tmp_path, {"set": "embedded"}, "log-2")
    settings = Settings(home=tmp_path)
    assert (settings.engines.log, settings.log_path) == ("sqlite", tmp_path / "log-2")


def test_a_setting_that_names_the_log_left_behind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(tmp_path, {"set": "distributed"}, "log")
    monkeypatch.setenv("TILLSTREAM_HOME", str(tmp_path))
    assert load_settings().engines.set == "distributed"
    monkeypatch.setenv("TILLSTREAM_ENGINES__SET", "embedded")
    with pytest.raises(SettingsError, match="was moved to the distributed engines, whose log is on kafka"):
        load_settings()
    monkeypatch.setenv("TILLSTREAM_ENGINES__LOG", "kafka")
    assert load_settings().engines.lake == "embedded"


def test_tiles_stay_on_their_own_log_when_events_move(tmp_path: Path) -> None:
    before = Settings(home=tmp_path)
    assert holds_updates(before)
    logs = open_feature_logs(before)
    stays = logs.updates.log_id
    logs.close()
    moved(tmp_path, {"set": "embedded"}, "log-2")
    after = open_feature_logs(Settings(home=tmp_path))
    assert after.updates.log_id == stays
    assert after.source.log_id != stays
    after.close()
