"""How a Spark session is opened: UTC, Delta, bounded, quiet, nothing downloaded."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from tillstream.adapters.spark.sites import is_loopback, jars_in
from tillstream.core.java import require_java
from tillstream.core.settings import SparkSettings


@contextmanager
def open_session(
    settings: SparkSettings, jars: Path, scratch: Path, *, name: str, replans: bool = True
) -> Iterator[SparkSession]:
    """A session on `settings.master` for as long as the block runs; `scratch` takes what Spark spills.

    One a process at a time. A query of hundreds of stages is better planned once than again after each: that takes a
    third of its time. Raises NotInstalled for missing Java or jars.
    """
    require_java("Spark")
    os.environ["PYSPARK_PYTHON"] = sys.executable  # the executors' Python must be the driver's
    scratch.mkdir(parents=True, exist_ok=True)
    conf = SparkConf().setMaster(settings.master).setAppName(name)
    conf.setAll(list(configuration(settings, jars_in(jars), scratch.resolve()).items()))
    conf.set("spark.sql.adaptive.enabled", str(replans).lower())
    # Java in a session of its own: a SIGTERM to our group is ours to obey, after the batch at hand. It dies with us,
    # for it reads a pipe that we hold. A later session of this process finds it running.
    gateway = SparkContext._gateway or launch_gateway(conf, {"start_new_session": True})
    session = SparkSession(SparkContext(conf=conf, gateway=gateway))
    try:
        yield session
    finally:
        session.stop()


def configuration(settings: SparkSettings, jars: list[Path], scratch: Path) -> dict[str, str]:
    """Spark's own names for what we want of it."""
    log4j = resources.files("tillstream.adapters.spark") / "log4j2.properties"
    options = f"-Duser.timezone=UTC -Dlog4j2.configurationFile=file:{log4j} {settings.java_options}"
    memory = f"{settings.driver_memory_mebibytes}m"
    here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if not is_loopback(settings.master):
        here = {}
    return {
        **here,
        "spark.jars": ",".join(str(jar.resolve()) for jar in jars),
        "spark.driver.memory": memory,
        "spark.executor.memory": memory,
        "spark.driver.extraJavaOptions": options.strip(),
        "spark.executor.extraJavaOptions": "-Duser.timezone=UTC",
        "spark.local.dir": str(scratch / "local"),
        # Hadoop would put a file with a checksum beside each, and start a `chmod` for either.
        "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
        "spark.hadoop.fs.AbstractFileSystem.file.impl": "org.apache.hadoop.fs.local.RawLocalFs",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.ui.enabled": "false",
        # Kept without a page too: the plans of the last 1,000 queries.
        "spark.sql.ui.retainedExecutions": "5",
        "spark.ui.retainedJobs": "20",
        "spark.ui.retainedStages": "20",
        "spark.sql.maxPlanStringLength": "10000",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        # The defaults, 200 and 50, suit hundreds of cores and cost seconds on two.
        "spark.sql.shuffle.partitions": str(settings.shuffle_partitions),
        "spark.databricks.delta.snapshotPartitions": "2",
        # A naive timestamp would bring in a table feature that older readers of Delta do not know.
        "spark.sql.timestampType": "TIMESTAMP_LTZ",
        # Overflow and a bad cast are errors, as in DuckDB, not nulls.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.streaming.stopTimeout": "30s",
        "spark.sql.streaming.metricsEnabled": "false",
    }
