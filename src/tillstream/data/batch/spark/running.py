"""A table's SQL, written in DuckDB's words, run by Spark."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession

from tillstream.adapters.spark.keeping import kept
from tillstream.data.batch.spark.dialect import steps_of


@contextmanager
def answer_of(session: SparkSession, query: str, relations: Mapping[str, DataFrame]) -> Iterator[DataFrame]:
    """The query over these relations, to be used within the block; several threads may ask in one session.

    A step that others read more than once is computed once and kept until the block ends.
    """
    mark = uuid4().hex[:12]
    views: dict[str, str] = {}
    with ExitStack() as stack:
        for name, rows in relations.items():
            views[name] = _view(rows, f"{name}_{mark}", stack)
        for step in steps_of(query):
            given = [f"{name} AS (SELECT * FROM {views[name]})" for name in step.reads if name in views]
            rows = session.sql(_with(given, step.sql))
            if not step.name:
                yield rows
                return
            if step.readers > 1:
                rows = stack.enter_context(kept(rows))
            views[step.name] = _view(rows, f"{step.name}_{mark}", stack)


def _with(given: list[str], sql: str) -> str:
    return f"WITH {', '.join(given)} SELECT * FROM ({sql})" if given else sql


def _view(rows: DataFrame, name: str, stack: ExitStack) -> str:
    rows.createOrReplaceTempView(name)
    stack.callback(rows.sparkSession.catalog.dropTempView, name)
    return name
