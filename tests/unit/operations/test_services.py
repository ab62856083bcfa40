import socket
from pathlib import Path

import pytest

from tillstream.core.errors import ServiceError
from tillstream.core.settings import ServingSettings, Settings, StoreSettings
from tillstream.operations.stack.jobs import JOBS
from tillstream.operations.stack.readiness import Beats
from tillstream.operations.stack.service import Restart, Service, chosen, waves
from tillstream.operations.stack.services import stack_services
from tillstream.operations.stack.valkey import require_server, valkey_command


def service(name: str, *needs: str) -> Service:
    return Service(name, ("true",), Beats(Path("nowhere")), needs=needs)


def names(found: list[list[Service]]) -> list[list[str]]:
    return [[one.name for one in wave] for wave in found]


def test_a_service_comes_after_all_it_needs():
    found = waves([service("api", "store", "log"), service("log"), service("store", "log")])
    assert names(found) == [["log"], ["store"], ["api"]]


def test_a_circle_of_needs_is_refused_by_name():
    with pytest.raises(ServiceError, match="a needs b, b needs a"):
        waves([service("a", "b"), service("b", "a"), service("c")])


def test_nobody_waits_for_a_service_left_out():
    (left,) = chosen([service("store"), service("api", "store")], ["store"])
    assert (left.name, left.needs) == ("api", ())


def test_leaving_out_a_service_there_is_not_lists_those_there_are():
    with pytest.raises(ServiceError, match="no service stoer; there are api, store"):
        chosen([service("store"), service("api")], ["stoer"])


def test_the_wait_before_a_restart_doubles_up_to_its_limit():
    rule = Restart(first_seconds=0.5, most_seconds=3.0)
    assert [rule.delay_seconds(failures) for failures in (1, 2, 3, 4, 50)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_the_embedded_set_starts_and_each_own_port_names_its_setting(tmp_path):
    services = stack_services(
        Settings(home=tmp_path, store=StoreSettings(port=7001), serving=ServingSettings(port=7002))
    )
    assert names(waves(services))[0] == ["valkey", "lake", "streaming"]
    assert {one.port.setting: one.port.number for one in services if one.port} == {
        "TILLSTREAM_STORE__PORT": 7001,
        "TILLSTREAM_SERVING__PORT": 7002,
    }


def test_each_service_that_prometheus_reads_says_where(tmp_path):
    embedded = stack_services(Settings(home=tmp_path, metrics={"lake_port": 7101, "features_port": 0}))
    found = {one.name: one.metrics_url for one in embedded if one.metrics_url}
    assert found == {
        "lake": "http://127.0.0.1:7101/metrics",
        "streaming": "http://127.0.0.1:8432/metrics",
        "api": "http://127.0.0.1:8420/metrics",
    }
    distributed = stack_services(Settings(home=tmp_path, engines={"set": "distributed"}, flink={"rest_port": 7200}))
    found = {one.name: one.metrics_url for one in distributed if one.metrics_url}
    assert (found["jobmanager"], found["taskmanager"]) == (
        "http://127.0.0.1:7201/metrics",
        "http://127.0.0.1:7202/metrics",
    )
    assert "streaming" not in found


def test_a_store_on_another_machine_is_asked_and_never_started(tmp_path):
    assert valkey_command(tmp_path, StoreSettings(host="10.1.2.3")) == ()
    assert valkey_command(tmp_path, StoreSettings(port=7001))[0].endswith("valkey-server")


def test_without_a_server_to_start_one_must_run_at_the_address():
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = StoreSettings(port=server.getsockname()[1])
    with pytest.raises(ServiceError, match=r"no server to start and none at 127\.0\.0\.1.*TILLSTREAM_STORE__HOST"):
        require_server((), closed)
    require_server(("valkey-server",), closed)
    require_server((), StoreSettings(host="10.1.2.3"))


def test_every_job_is_a_command_of_ours_with_a_name_of_its_own():
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(job.command[0] == "tillstream" and job.every_seconds > 0 for job in JOBS)
