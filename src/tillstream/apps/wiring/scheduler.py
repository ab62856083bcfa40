"""The scheduler's process."""

from tillstream.apps.wiring.stack import places_of
from tillstream.core.settings import Settings
from tillstream.core.telemetry.heartbeat import Heartbeat, heartbeat_path
from tillstream.operations.stack.jobs import JOBS
from tillstream.operations.stack.scheduler import Scheduler


def build_scheduler(settings: Settings) -> Scheduler:
    """The scheduler of this home's jobs."""
    places = places_of(settings)
    heartbeat = Heartbeat(heartbeat_path(places.home, "scheduler"))
    return Scheduler(JOBS, places, stop_seconds=settings.stack.stop_seconds, beat=heartbeat.beat)
