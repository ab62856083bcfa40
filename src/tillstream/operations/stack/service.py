"""A service as data: what runs, after what, how it says that it is ready, and in which order many start."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tillstream.core.errors import ServiceError
from tillstream.operations.stack.readiness import Readiness


@dataclass(frozen=True, slots=True)
class Restart:
    """When a service that ended is started again: `first_seconds` later, then twice that, up to `most_seconds`."""

    first_seconds: float = 0.5
    most_seconds: float = 30.0
    tries: int = 5
    """Starts in a row that may fail before the service was ever ready; then the stack gives up."""
    start_seconds: float = 90.0
    """How long a start may take before it counts as failed."""
    ask_seconds: float = 2.0
    """How often a service that is ready is asked again."""
    silent_seconds: float = 60.0
    """How long a service that was ready may not answer before it is started anew."""

    def delay_seconds(self, failures: int) -> float:
        """The wait before the next start after that many failures in a row."""
        return min(self.most_seconds, self.first_seconds * 2.0 ** max(0, failures - 1))


@dataclass(frozen=True, slots=True)
class Port:
    """A port a service listens on, and the setting that moves it."""

    host: str
    number: int
    setting: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service. An empty `command` is somebody else's: it is asked, never started or stopped."""

    name: str
    command: tuple[str, ...]
    ready: Readiness
    needs: tuple[str, ...] = ()
    port: Port | None = None
    restart: Restart = field(default_factory=Restart)
    url: str | None = None
    metrics_url: str | None = None
    """Where Prometheus reads it; a port that is taken does not stop a start."""
    memory_limit_bytes: int | None = None
    """Another limit than the settings give to every service."""
    stop_seconds: float | None = None
    """More time to stop than the settings give to every service."""


def waves(services: Sequence[Service]) -> list[list[Service]]:
    """The services in the order of their needs, those of one wave at once; raises ServiceError on a circle or a gap."""
    left, done, found = list(services), set[str](), list[list[Service]]()
    while left:
        wave = [service for service in left if done.issuperset(service.needs)]
        if not wave:
            names = ", ".join(f"{service.name} needs {' and '.join(service.needs)}" for service in left)
            raise ServiceError(f"these services can never start: {names}")
        found.append(wave)
        done.update(service.name for service in wave)
        left = [service for service in left if service.name not in done]
    return found


def chosen(services: Iterable[Service], without: Iterable[str], only: Iterable[str] = ()) -> tuple[Service, ...]:
    """The services without the named ones, or only the named ones; nobody waits for one that is left out.

    An unknown name raises ServiceError.
    """
    all_services, out, kept = tuple(services), frozenset(without), frozenset(only)
    known = {service.name for service in all_services}
    if unknown := (out | kept) - known:
        raise ServiceError(f"no service {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    if kept:
        out |= known - kept
    return tuple(
        replace(service, needs=tuple(name for name in service.needs if name not in out))
        for service in all_services
        if service.name not in out
    )
