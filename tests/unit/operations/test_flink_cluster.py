"""The cluster that we start, as text."""

from pathlib import Path

import pytest

from tillstream.core.settings import FlinkSettings
from tillstream.operations.stack.flink import FlinkCluster, Slots


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


def test_there_are_slots_for_both_jobs(tmp_path: Path) -> None:
    assert cluster(tmp_path, parallelism=3).configuration()["taskmanager.numberOfTaskSlots"] == "6"


def test_a_silent_job_manager_is_not_ready() -> None:
    assert "127.0.0.1:1" in (Slots("127.0.0.1", 1).lacks(0.0) or "")
