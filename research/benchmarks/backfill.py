"""All tiles of a shop's month computed again from its lake: Polars in this process, and Spark `local[2]`.

Both read the same Delta tables and make the same records; what is sent is compared before it is timed. The session is
open and warm, as the one of a long-lived cluster; how long opening takes stands in log_to_gold. Its heap is larger than
that of a backfill, which computes once: a session keeps some of each round.
"""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from research.benchmarks.line import BenchLine, paired
from research.homes import Home, RunFailed, settings_of

from tillstream.apps.wiring.event_log import open_log
from tillstream.apps.wiring.spark_lake import spark_session
from tillstream.core.contracts import topic_named
from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.features.definitions import default_schema
from tillstream.features.offline.release import Owed, Standing, owed_by_polars, records_of
from tillstream.features.offline.spark import frames_of_lake, owed_by_spark

CUSTOMERS = int(os.environ.get("BACKFILL_CUSTOMERS", "5000"))
DAYS = int(os.environ.get("BACKFILL_DAYS", "30"))
ROUNDS = int(os.environ.get("BACKFILL_ROUNDS", "7"))
HEAP_MEBIBYTES = 4_096
UNTIL = "2026-10-01T00:00:00Z"
UNTIL_US = 1_790_812_800 * 10**6


def run() -> list[BenchLine]:
    """Rows of silver a second, all tiles made of them; ours is Polars, theirs Spark."""
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        home = Home(Path(folder) / "home", "embedded")
        shop = ("--customers", str(CUSTOMERS), "--days", str(DAYS), "--until", UNTIL, "--to", "log", "--json")
        home.run("sources", "simulate", *shop)
        home.run("lake", "work", "--until-caught-up", "--json")
        settings = settings_of(home)
        lake, schema = Lake(settings.lake_path), default_schema()
        rows = sum(
            lake.arrow(f"silver.{topic_named(topic).entity}", ["log_offset"]).num_rows for topic in schema.topics
        )
        with closing(open_log(settings)) as log:
            standing = Standing(UNTIL_US, 0, {}, {}, resend=False, log_id=log.log_id)
        with spark_session(with_heap(settings), "backfill", replans=False) as session:
            engines: dict[str, Callable[[], Owed]] = {
                "polars": partial(owed_by_polars, lake, schema, standing),
                "spark": partial(owed_by_spark, frames_of_lake(session, lake), schema, standing),
            }
            if len({_digest(engine()) for engine in engines.values()}) > 1:
                raise RunFailed("Polars and Spark do not make the same tiles")
            seconds: dict[str, list[float]] = {name: [] for name in engines}
            for _ in range(ROUNDS):
                for name, engine in engines.items():
                    seconds[name].append(_seconds(engine))
    polars, spark = ([rows / one for one in seconds[name]] for name in engines)
    return [paired("backfill_rows_per_second", polars, spark, better="higher"), BenchLine("backfill_rows", rows)]


def with_heap(settings: Settings) -> Settings:
    """The settings with more memory for Spark."""
    spark = settings.spark.model_copy(update={"driver_memory_mebibytes": HEAP_MEBIBYTES})
    return settings.model_copy(update={"spark": spark})


def _seconds(engine: Callable[[], Owed]) -> float:
    started = time.perf_counter()
    for _ in records_of(default_schema(), engine()):
        pass
    return time.perf_counter() - started


def _digest(owed: Owed) -> int:
    """Of the very records, whatever their order."""
    return hash(frozenset((record.key, record.value) for record, _ in records_of(default_schema(), owed)))
