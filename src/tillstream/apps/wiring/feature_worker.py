"""The feature worker's process: live features and the one online writer, until told to stop."""

import gc
from collections.abc import Callable

from tillstream.adapters.store import WritingStore
from tillstream.apps.signals import stop_signal
from tillstream.apps.wiring.event_log import open_feature_logs
from tillstream.apps.wiring.worker_metrics import Measured, measured
from tillstream.core.settings import Settings
from tillstream.core.telemetry.heartbeat import Heartbeat, heartbeat_path
from tillstream.features.definitions import default_schema
from tillstream.features.engines.embedded import FeatureWorker, LiveEngine
from tillstream.features.engines.embedded.metrics import METRICS
from tillstream.features.engines.embedded.state import ask_for_all, batch_owes
from tillstream.features.engines.embedded.worker import GROUP, Totals
from tillstream.features.engines.flink.worker import IntakeWorker
from tillstream.features.logs import FeatureLogs
from tillstream.features.online import OnlineWriter


def online_writer(logs: FeatureLogs, settings: Settings) -> OnlineWriter:
    """The writer of the store that the settings name."""
    updates, schema = logs.updates, default_schema()
    return OnlineWriter(
        updates,
        WritingStore(settings.store),
        schema,
        ask_for_all=lambda: ask_for_all(updates),
        batch_owes=lambda: batch_owes(updates, logs.identity(schema)),
    )


def live_engine(logs: FeatureLogs, settings: Settings) -> LiveEngine:
    """The live engine over these logs."""
    return LiveEngine(logs, default_schema(), lateness_us=settings.features.lateness_seconds * 10**6)


def run_feature_worker(settings: Settings, *, until_caught_up: bool = False) -> Totals:
    """Works until SIGTERM or Ctrl-C, or until all that is on the log is counted."""
    # A batch makes many short-lived containers and no cycle.
    gc.set_threshold(500_000, 20, 50)
    logs = open_feature_logs(settings)
    heartbeat = Heartbeat(heartbeat_path(settings.home, "features"))
    try:
        worker = _worker(logs, settings, heartbeat.beat)
        one = Measured(worker.totals, GROUP, default_schema().topics)
        with (
            stop_signal() as stopping,
            measured(settings, "features", METRICS, [one], serve=not until_caught_up),
        ):
            return worker.run(stopping, until_caught_up=until_caught_up)
    finally:
        logs.close()


def _worker(logs: FeatureLogs, settings: Settings, still_alive: Callable[[], None]) -> FeatureWorker | IntakeWorker:
    """What counts the log itself, or takes in what the job on Flink counted."""
    writer = online_writer(logs, settings)
    if settings.engines.live_features == "flink":
        return IntakeWorker(logs, default_schema(), writer, still_alive=still_alive)
    engine, poll_rows = live_engine(logs, settings), settings.features.poll_rows
    return FeatureWorker(logs.source, engine, writer, poll_rows=poll_rows, still_alive=still_alive)
