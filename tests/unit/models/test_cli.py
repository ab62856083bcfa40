import json
from pathlib import Path

import pytest
from tests.unit.models.test_exports import MONDAY, trained

from tillstream.apps.cli.main import main
from tillstream.models.registry import promote, write_export


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TILLSTREAM_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["models", *arguments])
    return int(end.value.code or 0)


def test_a_fresh_home_says_how_to_make_a_model(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    assert "tillstream models train" in capsys.readouterr().out
    assert run("show", "fraud") == 1
    assert "fraud: not trained" in capsys.readouterr().err


def test_the_list_marks_what_serves(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exports = [write_export(home / "models", trained(body), MONDAY) for body in (b"one", b"two")]
    promote(home / "models", exports[1], MONDAY)
    assert run("list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["version"], row["serves"]) for row in rows] == [("1", False), ("2", True)]
    assert run("promote", "fraud", "1", "--dry-run") == 0
    assert "would serve" in capsys.readouterr().out
    assert run("show", "fraud", "--json") == 0
    assert json.loads(capsys.readouterr().out)["version"] == "2"


def test_an_unknown_public_log_is_answered_with_those_known(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("measure", "netflix") == 1
    assert "diginetica, yoochoose64, tafeng, fraud_handbook" in capsys.readouterr().err
