"""DuckDB's SQL in Spark's words; needs no Spark."""

from functools import cache

import sqlglot
from sqlglot import exp


@cache
def in_spark_sql(query: str) -> str:
    """The query in Spark's dialect, with DuckDB's meaning."""
    return sqlglot.parse_one(query, read="duckdb").transform(_element).sql("spark")


def _element(node: exp.Expression) -> exp.Expression:
    """`list[n]` counts from one and is null beyond the end; in Spark it counts from zero and raises.

    sqlglot has moved a literal to zero already, and leaves any other subscript as it is.
    """
    if not isinstance(node, exp.Bracket):
        return node
    (place,) = node.expressions
    from_zero = place if place.is_number else exp.Sub(this=exp.paren(place), expression=exp.Literal.number(1))
    return exp.Anonymous(this="GET", expressions=[node.this, from_zero])
