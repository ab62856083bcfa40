"""The tiles of released steps on Spark: a row for each, its numbers and its texts; a payload is made of them later.

Groups of one source and step are aggregated at once, those of base tiles and newest steps all together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from tillstream.features.definitions.groups import Column, Group
from tillstream.features.engines.spark.events import PARTITION_BITS, counted, floored, matches, quoted

Numbered: TypeAlias = tuple[int, Group]
"""A group with its number within its entity."""
TILE: Final = ("number", "step", "numbers", "texts")


@dataclass(frozen=True, slots=True)
class Owned:
    """What batch owns of one topic: steps up to `released_us`, of which it has sent those up to `sent_us`.

    `covered` says up to which offset of each partition of the log `log_id` silver had been read when it last sent.
    """

    released_us: int
    sent_us: int
    covered: Mapping[int, int]
    log_id: str


def tiles_of(groups: Iterable[Numbered], events: DataFrame, owned: Owned) -> list[DataFrame]:
    """Every tile of these groups, all of one source, that was released or changed since batch last sent.

    `key`, `number` of the group, `step`, and what its payload is made of: `numbers` and `texts`.
    """
    clusters: dict[int | None, list[Numbered]] = defaultdict(list)
    for number, group in groups:
        clusters[group.step_us if group.keep == "window" else None].append((number, group))
    return [_cluster(events, step_us, of, owned) for step_us, of in clusters.items()]


def _cluster(events: DataFrame, step_us: int | None, groups: Sequence[Numbered], owned: Owned) -> DataFrame:
    """Tiles by key and step, or by key alone where each key has one tile."""
    reached = min(group.oldest_step(owned.released_us) * group.step_us for _, group in groups)
    marks = [mark for number, group in groups for mark in _marks(number, group, owned)]
    by = ["key"] if step_us is None else ["key", "step"]
    steps = [] if step_us is None else [f"{floored('at', step_us)} AS step"]
    mine = events.where(f"at >= {reached}L AND at < {owned.released_us}L").selectExpr("*", *steps, *marks)
    tiles = f.expr(f"array({', '.join(_tile(number, group, owned) for number, group in groups)})")
    made = mine.groupBy(*by).agg(tiles.alias("tiles")).selectExpr("key", "explode(tiles) AS tile")
    return made.where("tile.is_sent").selectExpr("key", *(f"tile.{name} AS {name}" for name in TILE))


def _marks(number: int, group: Group, owned: Owned) -> tuple[str, str]:
    """Columns of an event: whether it is in one of the group's tiles that batch owns, and whether it changes it."""
    step = floored("at", group.step_us)
    ended = f"({step} + 1) * {group.step_us}L"
    oldest = group.oldest_step(owned.released_us)
    is_mine = f"{ended} <= {owned.released_us}L AND {step} >= {oldest}L AND {counted(group)}"
    changes = f"({is_unread('place', owned)}) OR {ended} > {owned.sent_us}L"
    return f"({is_mine}) AS mine{number}", f"({changes}) AS changes{number}"


def _tile(number: int, group: Group, owned: Owned) -> str:
    """An aggregate: the tile, `is_sent` false or null where there is none to send."""
    within = f"FILTER (WHERE mine{number})"
    step, is_sent = "step", f"bool_or(changes{number}) {within}"
    if group.keep == "ever":
        step = f"{-(owned.released_us // group.step_us)}L"
    if group.keep == "newest":
        newest = f"(max(struct({floored('at', group.step_us)} AS step, changes{number} AS is_sent)) {within})"
        step, is_sent = f"{newest}.step", f"{newest}.is_sent"
    numbers, texts = _payload(group, f"mine{number}")
    parts = {"number": str(number), "step": step, "is_sent": is_sent, "numbers": numbers, "texts": texts}
    return f"struct({', '.join(f'{sql} AS {name}' for name, sql in parts.items())})"


def is_unread(place: str, owned: Owned) -> str:
    """Whether a place in the log is not below the offset that is covered of its partition.

    What lies in an earlier log was read before this one began.
    """
    told = " ".join(f"WHEN {partition} THEN {offset}L" for partition, offset in owned.covered.items())
    known = f"CASE shiftright({place}, {PARTITION_BITS}) {told} ELSE 0L END" if told else "0L"
    return f"({place} & {2**PARTITION_BITS - 1}L) >= {known} AND {is_of_log(owned.log_id)}"


def is_of_log(log_id: str) -> str:
    """Whether a place is in this log and not in an earlier one."""
    return f"coalesce(log_id = {quoted(log_id)}, true)"


def _payload(group: Group, is_mine: str) -> tuple[str, str]:
    """Aggregates: the numbers and the texts of which engines/spark/payloads.py makes the payload."""
    no_numbers, no_texts = "CAST(NULL AS array<bigint>)", "CAST(NULL AS array<string>)"
    within = f"FILTER (WHERE {is_mine})"
    if group.columns:
        return f"array({', '.join(total(column, is_mine) for column in group.columns)})", no_texts
    if group.kind in ("distinct", "counts"):
        collect = "collect_set" if group.kind == "distinct" else "collect_list"
        return no_numbers, f"{collect}({group.fields[0]}) {within}"
    if group.kind == "recent":
        entries = f"collect_list(struct(at, place, {group.fields[0]} AS value)) {within}"
        return (
            f"flatten(transform({entries}, one -> array(one.at, one.place)))",
            f"transform({entries}, one -> one.value)",
        )
    told = [f"{name} AS value{n}" for n, name in enumerate(group.fields)]
    end = f"({'max' if group.kind == 'last' else 'min'}(struct({', '.join(('at', 'place', *told))})) {within})"
    values = [f"{end}.value{n}" for n in range(len(told))]
    if group.is_text:
        return f"array({end}.at, {end}.place)", f"array({', '.join(values)})"
    return f"array({', '.join((f'{end}.at', f'{end}.place', *values))})", no_texts


def total(column: Column, is_mine: str) -> str:
    """The aggregate of one column over the events that are meant; null for a least or greatest of nothing."""
    within = f"FILTER (WHERE {is_mine} AND {matches(column.where)})"
    if column.adds in ("min", "max"):
        return f"{column.adds}({column.of}) {within}"
    if column.of is None:
        return f"count(1) {within}"
    if column.adds == "one":
        return f"count({column.of}) {within}"
    return f"coalesce(sum({column.of}) {within}, 0L)"
