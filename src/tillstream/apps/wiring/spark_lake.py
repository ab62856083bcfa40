"""The lake on Spark: the job that follows Kafka, and the session of batch builds."""

from contextlib import AbstractContextManager
from typing import Any

from tillstream.adapters.log.kafka import KafkaLog
from tillstream.adapters.log.kafka.group_offsets import GroupOffsets
from tillstream.adapters.spark import open_session
from tillstream.apps.signals import stop_signal
from tillstream.apps.wiring.worker_metrics import Measured, measured
from tillstream.core.contracts import LAKE_TOPICS
from tillstream.core.settings import Settings
from tillstream.core.telemetry.heartbeat import Heartbeat, heartbeat_path
from tillstream.data.lake import Lake
from tillstream.data.streaming.spark import LakeJob
from tillstream.data.streaming.totals import GROUP, METRICS, Totals


def run_spark_lake(settings: Settings, *, until_caught_up: bool = False) -> Totals:
    """Works until SIGTERM or Ctrl-C, then finishes the batch it is in; or until nothing is left to read."""
    log = KafkaLog(settings.kafka, settings.log)
    heartbeat = Heartbeat(heartbeat_path(settings.home, "lake"))
    try:
        with stop_signal() as stopping, spark_session(settings, "lake") as session:
            job = LakeJob(
                session,
                log,
                GroupOffsets(settings.kafka, GROUP),
                Lake(settings.lake_path),
                settings.kafka,
                settings.spark,
                settings.lake,
                settings.spark_path,
                still_alive=heartbeat.beat,
            )
            one = Measured(job.totals, GROUP, LAKE_TOPICS, ("spark",))
            with measured(settings, "lake", METRICS, [one], serve=not until_caught_up):
                return job.run(stopping, until_caught_up=until_caught_up)
    finally:
        log.close()


def spark_session(settings: Settings, name: str, *, replans: bool = True) -> AbstractContextManager[Any]:
    """A Spark session for as long as a block runs."""
    jars = settings.stack.jars_path / "spark"
    return open_session(settings.spark, jars, settings.spark_path, name=f"tillstream-{name}", replans=replans)
