"""The lake worker's process: the log's events to bronze and silver, until told to stop."""

import gc

from tillstream.apps.signals import stop_signal
from tillstream.apps.wiring.event_log import open_log
from tillstream.apps.wiring.worker_metrics import Measured, measured
from tillstream.core.contracts import LAKE_TOPICS
from tillstream.core.settings import Settings
from tillstream.core.telemetry.heartbeat import Heartbeat, heartbeat_path
from tillstream.data.lake import Lake
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.data.streaming.totals import GROUP, METRICS, Totals


def run_lake_worker(settings: Settings, *, until_caught_up: bool = False) -> Totals:
    """Works until SIGTERM or Ctrl-C, then commits what it holds; or until nothing is left to read."""
    # A batch makes a hundred thousand short-lived containers and no cycle: looking for cycles among
    # them at the usual pace takes half of the reading thread's time.
    gc.set_threshold(500_000, 20, 50)
    log = open_log(settings)
    heartbeat = Heartbeat(heartbeat_path(settings.home, "lake"))
    try:
        worker = LakeWorker(log, Lake(settings.lake_path), settings.lake, still_alive=heartbeat.beat)
        one = Measured(worker.totals, GROUP, LAKE_TOPICS, ("embedded",))
        with (
            stop_signal() as stopping,
            measured(settings, "lake", METRICS, [one], serve=not until_caught_up),
        ):
            return worker.run(stopping, until_caught_up=until_caught_up)
    finally:
        log.close()
