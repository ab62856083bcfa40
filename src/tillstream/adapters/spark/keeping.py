"""Rows that are computed once and then read as if they were a table."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame


@contextmanager
def kept(rows: DataFrame) -> Iterator[DataFrame]:
    """The same rows, computed when first read and kept, in memory or on disk, for as long as the block runs."""
    persisted = rows.persist()
    try:
        yield _as_leaf(persisted)
    finally:
        persisted.unpersist()


def _as_leaf(persisted: DataFrame) -> DataFrame:
    """The rows with nothing of how they came to be; an executor that is lost takes none with it.

    Spark's cache saves work of the executors only: whatever is built on persisted rows carries their whole plan, and
    the driver goes over all of it again for each reader, which multiplies in a deep query.
    """
    session, java = persisted.sparkSession, persisted.select("*")._jdf
    leaf = session._jsparkSession.internalCreateDataFrame(java.queryExecution().toRdd(), java.schema(), False)
    return DataFrame(leaf, session)
