"""The cluster that we start, as text."""

from pathlib import Path

import pytest

from tillstream.core.settings import FlinkSettings, Settings
from tillstream.operations.stack.flink import FlinkCluster, Slots
from tillstream.operations.stack.services import flink_cluster


def cluster(folder: Path, **settings: int) -> FlinkCluster:
    return FlinkCluster(folder, folder / "env", folder / "jars", FlinkSettings(**settings))


@pytest.mark.parametrize("mebibytes", [1024, 2048])
def test_the_task_managers_memory_adds_up_to_what_it_was_given(tmp_path: Path, mebibytes: int) -> None:
    memory = cluster(tmp_path, task_memory_mebibytes=mebibytes).task_memory()
    twice = ("network.min", "jvm-overhead.min", "cpu.cores")
    parts = [int(value.removesuffix("m")) for name, value in memory.items() if not name.endswith(twice)]
    assert sum(parts) == mebibytes


def test_both_processes_listen_on_loopback_and_report_to_ports_of_their_own(tmp_path: Path) -> None:
    files = cluster(tmp_path, rest_port=9000).files()
    texts = {path.parent.name: text for path, text in files.items() if path.name == "config.yaml"}
    assert 'rest.bind-address: "127.0.0.1"' in texts["jobmanager"]
    assert 'metrics.reporter.prom.port: "9001"' in texts["jobmanager"]
    assert 'metrics.reporter.prom.port: "9002"' in texts["taskmanager"]


@pytest.mark.parametrize(("live_features", "slots"), [("embedded", "6"), ("flink", "9")])
def test_there_are_slots_for_every_job(tmp_path: Path, live_features: str, slots: str) -> None:
    engines = {"set": "distributed", "live_features": live_features}
    settings = Settings(home=tmp_path, engines=engines, flink={"parallelism": 3})
    assert flink_cluster(settings).configuration()["taskmanager.numberOfTaskSlots"] == slots


def test_a_silent_job_manager_is_not_ready() -> None:
    assert "127.0.0.1:1" in (Slots("127.0.0.1", 1).lacks(0.0) or "")
