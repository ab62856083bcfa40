"""Rows kept for a while: computed once, read as a table, gone after."""

import pytest
from pyspark.sql.functions import col, udf

from tillstream.adapters.spark.keeping import kept
from tillstream.data.batch.spark.running import answer_of

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]


def test_they_are_computed_once_and_carry_nothing_of_how(spark):
    computed = spark.sparkContext.accumulator(0)

    @udf("long")
    def counted(number):
        computed.add(1)
        return number * 2

    with kept(spark.range(10).where("id > 3").select(counted("id").alias("twice"))) as rows:
        assert not rows._jdf.queryExecution().analyzed().children().size()
        joined = rows.join(rows.select(col("twice").alias("other")), col("twice") == col("other"))
        assert sorted(row.twice for row in joined.collect()) == [8, 10, 12, 14, 16, 18]
        assert rows.count() == 6
        assert computed.value == 6
    assert spark.sparkContext._jsc.getPersistentRDDs().isEmpty()


def test_a_deep_query_is_planned_in_steps(spark):
    """Each of ten steps reads the one before it twice: a thousand times the first, were they not kept."""
    steps = ["s0 AS (SELECT id FROM numbers)"]
    steps += [f"s{n} AS (SELECT a.id FROM s{n - 1} AS a JOIN s{n - 1} AS b ON a.id = b.id)" for n in range(1, 11)]
    query = f"WITH {', '.join(steps)} SELECT COUNT(*) AS n FROM s10"
    with answer_of(spark, query, {"numbers": spark.range(5)}) as rows:
        assert rows._jdf.queryExecution().optimizedPlan().collectLeaves().size() == 2  # the ninth, twice
        assert rows.collect()[0].n == 5
    assert not spark.catalog.listTables()
