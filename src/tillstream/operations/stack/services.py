"""The services of either engine set, as data; every later service is a row here."""

from dataclasses import replace
from typing import Final

from tillstream.core.settings import Settings
from tillstream.core.telemetry.heartbeat import heartbeat_path
from tillstream.core.telemetry.metrics_server import metrics_url
from tillstream.operations.stack.flink import FlinkCluster, Slots
from tillstream.operations.stack.kafka import Cluster, broker_command, own_broker
from tillstream.operations.stack.readiness import Beats, Page, Ping
from tillstream.operations.stack.service import Port, Restart, Service
from tillstream.operations.stack.valkey import is_loopback, valkey_command

JOBS_LIMIT_BYTES: Final = 8 * 2**30
"""The scheduler holds its job, and ending it at a service's limit would end the job each time it runs."""
SPARK_LIMIT_BYTES: Final = 6 * 2**30
"""A driver with its Python workers, whose shared pages count in each: 4.1 GiB were seen."""
SPARK_STOP_SECONDS: Final = 60.0
"""A micro-batch that has begun is finished."""
JVM_STOP_SECONDS: Final = 30.0
START: Final = Restart(start_seconds=240.0)
"""A JVM on a machine that starts several at once."""
SAVEPOINT_SECONDS: Final = 60.0
"""A job is stopped with a savepoint, and an older one is resumed when that takes longer."""


def stack_services(settings: Settings) -> tuple[Service, ...]:
    """Valkey, the workers, the API with the storefront, and the scheduler, on the engines that the settings name."""
    log = _log(settings)
    above = (*_workers(settings), *_streaming(settings), *_serving(settings))
    needed = tuple(service.name for service in log)
    return (*log, _store(settings), *(replace(service, needs=(*service.needs, *needed)) for service in above))


def flink_cluster(settings: Settings) -> FlinkCluster:
    """The cluster that this home starts."""
    stack = settings.stack
    folder, environment, jars = settings.flink_path, stack.flink_environment_path, stack.jars_path / "flink"
    jobs = 3 if settings.engines.live_features == "flink" else 2
    return FlinkCluster(folder.resolve(), environment.resolve(), jars.resolve(), settings.flink, jobs)


def _log(settings: Settings) -> tuple[Service, ...]:
    if settings.engines.log == "sqlite":
        return ()
    broker = own_broker(settings.kafka_path, settings.kafka)
    ready = Cluster(settings.kafka)
    if broker is None:
        return (Service("kafka", (), ready),)
    port = Port(broker.host, broker.port, "TILLSTREAM_KAFKA__BOOTSTRAP")
    command = broker_command(broker, (settings.stack.jars_path / "kafka").resolve())
    return (Service("kafka", command, ready, port=port, restart=START, stop_seconds=JVM_STOP_SECONDS),)


def _store(settings: Settings) -> Service:
    store = settings.store
    return Service(
        "valkey",
        valkey_command(settings.home, store),
        Ping(store.host, store.port),
        port=Port(store.host, store.port, "TILLSTREAM_STORE__PORT"),
    )


def _workers(settings: Settings) -> tuple[Service, ...]:
    beats = {name: Beats(heartbeat_path(settings.home, name)) for name in ("lake", "features")}
    metrics = settings.metrics
    lake = Service("lake", ("tillstream", "lake", "work"), beats["lake"], metrics_url=metrics_url(metrics.lake_port))
    if settings.engines.lake == "spark":
        lake = replace(lake, restart=START, memory_limit_bytes=SPARK_LIMIT_BYTES, stop_seconds=SPARK_STOP_SECONDS)
    features = Service("features", ("tillstream", "features", "work"), beats["features"], needs=("valkey",))
    return lake, replace(features, metrics_url=metrics_url(metrics.features_port))


def _streaming(settings: Settings) -> tuple[Service, ...]:
    jobs = Service("streaming", ("tillstream", "streaming", "run"), Beats(heartbeat_path(settings.home, "streaming")))
    if settings.engines.streaming == "embedded":
        return (replace(jobs, metrics_url=metrics_url(settings.metrics.streaming_port)),)
    cluster = _flink(settings)
    needs = tuple(service.name for service in cluster)
    return (*cluster, replace(jobs, needs=needs, restart=START, stop_seconds=SAVEPOINT_SECONDS))


def _flink(settings: Settings) -> tuple[Service, ...]:
    flink, cluster = settings.flink, flink_cluster(settings)
    if not is_loopback(flink.host):
        return (Service("jobmanager", (), Slots(flink.host, flink.rest_port, 1)),)
    port = Port(flink.host, flink.rest_port, "TILLSTREAM_FLINK__REST_PORT")
    there, registered = (Slots(flink.host, flink.rest_port, least) for least in (0, cluster.slots))
    manager = Service("jobmanager", cluster.job_manager_command(), there, port=port, restart=START)
    tasks = Service("taskmanager", cluster.task_manager_command(), registered, needs=("jobmanager",), restart=START)
    read_at = map(metrics_url, cluster.metrics_ports)
    return tuple(replace(one, metrics_url=url) for one, url in zip((manager, tasks), read_at, strict=True))


def _serving(settings: Settings) -> tuple[Service, ...]:
    serving = settings.serving
    url = f"http://{serving.host}:{serving.port}"
    api = Service(
        "api",
        ("tillstream", "serve"),
        Page(f"{url}/readyz"),
        needs=("valkey",),
        port=Port(serving.host, serving.port, "TILLSTREAM_SERVING__PORT"),
        url=url,
        metrics_url=f"{url}/metrics",
    )
    scheduler = Service(
        "scheduler",
        ("tillstream", "stack", "schedule"),
        Beats(heartbeat_path(settings.home, "scheduler")),
        needs=("lake",),
        memory_limit_bytes=JOBS_LIMIT_BYTES,
    )
    return api, scheduler
