from pathlib import Path

import pytest

from tillstream.core.errors import ServiceError
from tillstream.core.settings import KafkaSettings
from tillstream.operations.stack.kafka import (
    Broker,
    broker_command,
    own_broker,
    prepare_broker,
    server_properties,
    three_brokers,
)


def properties(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_a_loopback_address_is_ours_to_start_and_no_other(tmp_path: Path) -> None:
    ours = own_broker(tmp_path, KafkaSettings(bootstrap="127.0.0.1:9500", controller_port=9501, heap_mebibytes=300))
    assert ours is not None
    assert (ours.address, ours.controller_port) == ("127.0.0.1:9500", 9501)
    assert "-Xmx300m" in broker_command(ours, tmp_path)
    for elsewhere in ("kafka.shop.example:9092", "127.0.0.1:9500,127.0.0.1:9501"):
        assert own_broker(tmp_path, KafkaSettings(bootstrap=elsewhere)) is None


def test_one_broker_makes_no_topic_by_itself_and_listens_on_loopback_only(tmp_path: Path) -> None:
    found = properties(server_properties(Broker(tmp_path, 1, 2)))
    assert found["auto.create.topics.enable"] == "false"
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"
    assert found["offsets.topic.replication.factor"] == found["min.insync.replicas"] == "1"


def test_three_brokers_know_each_other_and_two_must_have_a_record(tmp_path: Path) -> None:
    cluster = three_brokers(tmp_path, [1, 2, 3, 4, 5, 6])
    found = [properties(server_properties(one, cluster)) for one in cluster]
    assert {one["controller.quorum.voters"] for one in found} == {"1@127.0.0.1:4,2@127.0.0.1:5,3@127.0.0.1:6"}
    assert [one["node.id"] for one in found] == ["1", "2", "3"]
    assert all((one["min.insync.replicas"], one["default.replication.factor"]) == ("2", "3") for one in found)
    assert len({one["log.dirs"] for one in found}) == 3
    assert all(one["broker.session.timeout.ms"] == "4000" for one in found)


def test_no_java_is_said_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceError, match="openjdk-17"):
        prepare_broker(Broker(tmp_path / "b", 1, 2), tmp_path)
