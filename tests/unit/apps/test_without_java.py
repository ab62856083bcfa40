"""A machine without Java: the distributed set says so and ends with 2, the embedded set does not ask."""

from pathlib import Path

import pytest
import structlog

from tillstream.apps.cli.main import main
from tillstream.apps.wiring.stack import build_supervisor, require_engines
from tillstream.core.errors import NotInstalled
from tillstream.core.settings import load_settings

DISTRIBUTED = "TILLSTREAM_ENGINES__SET"


@pytest.fixture(autouse=True)
def without_java(empty_folder: Path, monkeypatch: pytest.MonkeyPatch):
    """PATH is an empty folder, and so is the home."""
    (empty_folder / "bin").mkdir()
    monkeypatch.setenv("PATH", str(empty_folder / "bin"))
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("words", [("stack", "up"), ("stack", "up", "--detach"), ("demo", "--once")], ids=" ".join)
def test_the_distributed_set_is_one_sentence_and_misuse(words, monkeypatch, capsys, empty_folder):
    kept = empty_folder / "var" / "kept"
    kept.parent.mkdir()
    kept.touch()
    monkeypatch.setenv(DISTRIBUTED, "distributed")
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1
    assert said.startswith("Java 17 or newer is needed for Kafka, Flink, Spark, and there is none on PATH")
    assert kept.exists()


def test_brokers_elsewhere_do_not_spare_the_other_engines_their_java(monkeypatch):
    monkeypatch.setenv(DISTRIBUTED, "distributed")
    monkeypatch.setenv("TILLSTREAM_KAFKA__BOOTSTRAP", "kafka.shop.example:9092")
    with pytest.raises(NotInstalled, match="for Flink, Spark,"):
        require_engines(load_settings())


def test_services_that_need_no_java_start_without(monkeypatch):
    monkeypatch.setenv(DISTRIBUTED, "distributed")
    require_engines(load_settings(), only=["valkey", "api"])


def test_the_embedded_stack_is_built_and_asked_about(capsys):
    assert build_supervisor(load_settings()) is not None
    with pytest.raises(SystemExit) as ended:
        main(["stack", "status"])
    assert ended.value.code == 3
    assert "no stack runs here" in capsys.readouterr().out
