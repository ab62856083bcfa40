"""Where a worker answers Prometheus."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from tillstream.core.telemetry.logging import logger
from tillstream.core.telemetry.metric import Readings

_HOST: Final = "127.0.0.1"
_AGAIN_SECONDS: Final = 10.0
_LOG = logger("metrics")


def metrics_url(port: int) -> str | None:
    """Where Prometheus reads the worker of that port; None for port 0."""
    return f"http://{_HOST}:{port}/metrics" if port else None


@contextmanager
def metrics_served(
    readings: Sequence[Readings[Any]], port: int, setting: str, *, again_seconds: float = _AGAIN_SECONDS
) -> Iterator[None]:
    """Answers Prometheus on loopback while the block runs, from threads of its own; port 0 is none.

    A port that is taken ends nobody: a worker has to work beside its own zombie, and beside a second one that was
    started by hand. It says once which `setting` moves the port, works on unread, and asks for the port again
    every `again_seconds`, so that an heir is read once the zombie is gone.
    """
    if not port:
        yield
        return
    ended = threading.Event()
    arguments = (readings, port, setting, again_seconds, ended)
    threading.Thread(target=_serve, args=arguments, name="metrics", daemon=True).start()
    try:
        yield
    finally:
        ended.set()  # nobody waits: the port is free half a second later, or with the process


def _serve(
    readings: Sequence[Readings[Any]], port: int, setting: str, again_seconds: float, ended: threading.Event
) -> None:
    # Imported here, beside the worker's start, which need not wait for it.
    from prometheus_client import start_http_server

    from tillstream.core.telemetry.exposition import registry_of

    registry, said = registry_of(readings), False
    while not ended.is_set():
        try:
            server, _ = start_http_server(port, _HOST, registry)
        except OSError as error:
            if not said:
                step = f"stop who has it, or set {setting} (0 for none); it is asked for again until then"
                _LOG.warning("metrics_not_served", port=port, why=error.strerror, next_step=step)
            said = True
            ended.wait(again_seconds)
            continue
        _LOG.info("metrics_served", url=metrics_url(port))
        ended.wait()
        server.shutdown()
        server.server_close()
