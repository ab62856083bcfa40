"""Which Java counts, from what `java -version` says on PATH."""

from pathlib import Path

import pytest

from tillstream.core.errors import NotInstalled
from tillstream.core.java import java_lacking, require_java


@pytest.fixture
def put_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """PATH is one folder, empty until a `java` that names its version is put there."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(version: str) -> None:
        java = tmp_path / "java"
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
        java.chmod(0o755)

    return put


@pytest.mark.parametrize(("version", "major"), [("11.0.20", 11), ("1.8.0_402", 8), ("16", 16)])
def test_an_older_java_is_named(put_java, version, major):
    put_java(version)
    assert java_lacking() == f"this is Java {major}"


@pytest.mark.parametrize("version", ["17.0.15", "21", "25-ea"])
def test_17_and_newer_will_do(put_java, version):
    put_java(version)
    require_java("Kafka")


def test_the_sentence_names_what_to_install_and_how_to_do_without(put_java):
    with pytest.raises(NotInstalled) as refused:
        require_java("Kafka, Flink")
    sentence = str(refused.value)
    assert sentence.startswith("Java 17 or newer is needed for Kafka, Flink, and there is none on PATH")
    assert "openjdk-17-jre-headless" in sentence
    assert "TILLSTREAM_ENGINES__SET=embedded" in sentence
