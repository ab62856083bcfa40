"""DuckDB's SQL in Spark's words; needs no Spark."""

from collections import Counter
from functools import cache
from typing import NamedTuple

import sqlglot
from sqlglot import exp


class Step(NamedTuple):
    """One part of a query: a name of its WITH, or '' for the answer."""

    name: str
    sql: str
    reads: tuple[str, ...]
    readers: int
    """How often later steps name it."""


@cache
def steps_of(query: str) -> tuple[Step, ...]:
    """The query in Spark's dialect with DuckDB's meaning, step by step; the last one is the answer.

    Spark computes what a WITH names anew wherever it is read, which multiplies in a deep query: so they come apart.
    """
    tree = sqlglot.parse_one(query, read="duckdb").transform(_element)
    named = tree.args.get("with_")
    parts = [(part.alias, part.this) for part in named.expressions] if named else []
    tree.set("with_", None)
    parts.append(("", tree))
    reads = [[table.name for table in part.find_all(exp.Table)] for _, part in parts]
    readers = Counter(name for names in reads for name in names)
    return tuple(
        Step(name, part.sql("spark"), tuple(dict.fromkeys(names)), readers[name] if name else 0)
        for (name, part), names in zip(parts, reads, strict=True)
    )


def _element(node: exp.Expression) -> exp.Expression:
    """`list[n]` counts from one and is null beyond the end; in Spark it counts from zero and raises.

    sqlglot has moved a literal to zero already, and leaves any other subscript as it is.
    """
    if not isinstance(node, exp.Bracket):
        return node
    (place,) = node.expressions
    from_zero = place if place.is_number else exp.Sub(this=exp.paren(place), expression=exp.Literal.number(1))
    return exp.Anonymous(this="GET", expressions=[node.this, from_zero])
