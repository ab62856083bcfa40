"""The services of either engine set, as data; every later service is a row here."""

from typing import Final

from tillstream.core.settings import Settings
from tillstream.core.telemetry.heartbeat import heartbeat_path
from tillstream.operations.stack.readiness import Beats, Page, Ping
from tillstream.operations.stack.service import Port, Service
from tillstream.operations.stack.valkey import valkey_command

JOBS_LIMIT_BYTES: Final = 8 * 2**30
"""The scheduler holds its job, and ending it at a service's limit would end the job each time it runs."""


def stack_services(settings: Settings) -> tuple[Service, ...]:
    """Valkey, the workers, the API with the storefront, and the scheduler, on the engines that the settings name."""
    home, store, serving = settings.home, settings.store, settings.serving
    url = f"http://{serving.host}:{serving.port}"
    return (
        Service(
            "valkey",
            valkey_command(home, store),
            Ping(store.host, store.port),
            port=Port(store.host, store.port, "TILLSTREAM_STORE__PORT"),
        ),
        Service("lake", ("tillstream", "lake", "work"), Beats(heartbeat_path(home, "lake"))),
        Service(
            "features",
            ("tillstream", "features", "work"),
            Beats(heartbeat_path(home, "features")),
            needs=("valkey",),
        ),
        Service(
            "api",
            ("tillstream", "serve"),
            Page(f"{url}/readyz"),
            needs=("valkey",),
            port=Port(serving.host, serving.port, "TILLSTREAM_SERVING__PORT"),
            url=url,
        ),
        Service(
            "scheduler",
            ("tillstream", "stack", "schedule"),
            Beats(heartbeat_path(home, "scheduler")),
            needs=("lake",),
            memory_limit_bytes=JOBS_LIMIT_BYTES,
        ),
    )
