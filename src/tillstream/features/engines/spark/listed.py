"""Values that are lists, folded in Python from what Spark collected: SQL has no hash of ours, and no fold of theirs."""

from collections import Counter
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as f

from tillstream.features.definitions.hashing import stable_hash


def top_entries(entries: Column, k: int, cap: int) -> Column:
    """Up to `k` of (value, count), most frequent first, ties by value; of (step, value) with `cap` values a step."""

    def fold(collected: list[Any]) -> list[tuple[str, int]]:
        steps: dict[int, Counter[str]] = {}
        for step, value in collected:
            steps.setdefault(step, Counter())[value] += 1
        counts: Counter[str] = Counter()
        for of in steps.values():
            kept = of if len(of) <= cap else sorted(of, key=stable_hash)[:cap]
            counts.update({value: of[value] for value in kept})
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:k]

    return f.udf(fold, "array<struct<value: string, count: bigint>>", useArrow=False)(entries)


def latest_entries(entries: Column, k: int) -> Column:
    """The last `k` of (at, place, value) with different values, newest first."""

    def fold(collected: list[Any]) -> list[tuple[int, str]]:
        newest: dict[str, int] = {}
        for at, _, value in sorted(collected, reverse=True):
            newest.setdefault(value, at)
        return [(at, value) for value, at in list(newest.items())[:k]]

    return f.udf(fold, "array<struct<at: bigint, value: string>>", useArrow=False)(entries)
