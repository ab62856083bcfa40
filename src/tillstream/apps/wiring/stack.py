"""The stack that the settings describe."""

import os
from collections.abc import Callable, Collection, Sequence

from tillstream.core.java import require_java
from tillstream.core.settings import Settings
from tillstream.operations.stack.kafka import own_broker, prepare_broker
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.service import chosen
from tillstream.operations.stack.services import flink_cluster, stack_services
from tillstream.operations.stack.status import StackStatus
from tillstream.operations.stack.supervisor import Supervisor
from tillstream.operations.stack.valkey import require_server, valkey_command


def places_of(settings: Settings) -> Places:
    """Where the stack of this home keeps what it knows about itself."""
    return Places(settings.home.resolve())


def build_supervisor(
    settings: Settings,
    *,
    without: Sequence[str] = (),
    only: Sequence[str] = (),
    on_change: Callable[[StackStatus], None] | None = None,
) -> Supervisor:
    """A supervisor of every service but those in `without`, or of those in `only`.

    Its children see the settings that it saw.
    """
    places = places_of(settings)
    (places.home / "store").mkdir(parents=True, exist_ok=True)
    settings = settings.model_copy(update={"home": places.home})
    services = chosen(stack_services(settings), without, only)
    require_engines(settings, without=without, only=only)
    _prepare(settings, {service.name for service in services if service.command})
    if any(service.name == "valkey" for service in services):
        require_server(valkey_command(places.home, settings.store), settings.store)
    return Supervisor(
        services,
        places,
        stop_seconds=settings.stack.stop_seconds,
        memory_limit_bytes=settings.stack.memory_limit_bytes,
        environment=child_environment(settings),
        on_change=on_change,
    )


def require_engines(settings: Settings, *, without: Sequence[str] = (), only: Sequence[str] = ()) -> None:
    """Raises NotInstalled where an engine that is ours to start lacks its Java; the embedded set has none such."""
    started = {service.name for service in chosen(stack_services(settings), without, only) if service.command}
    engines = [name for name, service in (("Kafka", "kafka"), ("Flink", "jobmanager")) if service in started]
    if "lake" in started and settings.engines.lake == "spark":
        engines.append("Spark")
    if engines:
        require_java(", ".join(engines))


def _prepare(settings: Settings, started: Collection[str]) -> None:
    """Writes the configuration of the engines that are ours to start; raises NotInstalled for a broker without jars."""
    if "kafka" in started and (broker := own_broker(settings.kafka_path, settings.kafka)):
        prepare_broker(broker, settings.stack.jars_path / "kafka")
    if "jobmanager" in started:
        flink_cluster(settings).write_files()


def child_environment(settings: Settings) -> dict[str, str]:
    """What every process of the stack is told besides its own environment."""
    return {
        "TILLSTREAM_HOME": str(settings.home.resolve()),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),  # glibc's arenas else double a worker's memory
        "DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
