"""Which engine plays which role."""

import pytest

from tillstream.core.errors import SettingsError
from tillstream.core.settings import load_settings


def test_the_roles_follow_the_set() -> None:
    engines = load_settings(engines={"set": "distributed"}).engines
    assert (engines.log, engines.lake, engines.streaming) == ("kafka", "spark", "flink")


def test_a_single_role_may_differ_from_its_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLSTREAM_ENGINES__SET", "distributed")
    monkeypatch.setenv("TILLSTREAM_ENGINES__LAKE", "embedded")
    engines = load_settings().engines
    assert (engines.log, engines.lake, engines.streaming) == ("kafka", "embedded", "flink")


def test_live_features_stay_with_the_worker_until_flink_is_named() -> None:
    assert load_settings(engines={"set": "distributed"}).engines.live_features == "embedded"
    assert load_settings(engines={"set": "distributed", "live_features": "flink"}).engines.live_features == "flink"
    with pytest.raises(SettingsError, match=r"live_features=flink is a job on the cluster of streaming=flink"):
        load_settings(engines={"log": "kafka", "live_features": "flink"})


@pytest.mark.parametrize("role", [{"lake": "spark"}, {"streaming": "flink"}])
def test_an_engine_that_cannot_read_the_log_is_refused_with_what_to_set(role: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"reads Kafka, not the SQLite log: set log=kafka"):
        load_settings(engines=role)
