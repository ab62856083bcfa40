"""Silver, gold and dead letters against the oracle, the store against the feature reference."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from research.faults.stage import Stage
from tests.oracle.gold import differences_of_gold
from tests.oracle.sending import Sent
from tests.oracle.sessions import differences_of_sessions
from tests.oracle.silver import Difference, differences_of_dead_letters, differences_of_silver, expected_silver

from tillstream.core.contracts import to_micros
from tillstream.data.lake import Lake

EVERY_ENTITY = "1000000"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Rows lost, doubled, wrong, and the first of them in words."""

    lost: int
    doubled: int
    wrong: int
    first: str


def judge(stage: Stage, sent: list[Sent], *, times_known: bool) -> Judgement:
    """Compares everything; `times_known` says whether the feed set `received_at` itself."""
    lake = Lake(stage.settings.lake_path)
    if not times_known:
        sent = as_received(lake, sent)
    silver = rows(lake, "silver")
    letters = silver.pop("dead_letters", [])
    expected = {entity: list(found.values()) for entity, found in expected_silver(sent).items()}
    gold = rows(lake, "gold")
    found = [
        *differences_of_silver(silver, sent),
        *differences_of_dead_letters(letters, sent),
        *differences_of_gold(gold, expected),
        *differences_of_sessions(gold.get("sessions", []), expected),
        *differences_of_features(stage),
    ]
    kinds = Counter(one.kind for one in found)
    return Judgement(
        kinds["lost"], kinds["doubled"], kinds["wrong"], f"{found[0].kind} {found[0].what}" if found else ""
    )


def differences_of_features(stage: Stage) -> list[Difference]:
    """Every feature of every entity in the store that is not the reference's."""
    told = stage.run("features", "parity", "--sample", EVERY_ENTITY, "--json", exits=(0, 3))
    if not told["triples"]:
        return [Difference("lost", "the store holds no entity")]
    first = told["first"][0] if told["first"] else None
    return [Difference("wrong", f"feature {first}")] * int(told["mismatches"])


def rows(lake: Lake, layer: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of a layer, by table."""
    names = [name for name in lake.tables() if name.startswith(f"{layer}.")]
    return {name.partition(".")[2]: lake.arrow(name).to_pylist() for name in names}


def as_received(lake: Lake, sent: list[Sent]) -> list[Sent]:
    """The events with the times at which the log took each for the first time, as bronze tells them.

    Raises RuntimeError where those run backwards within a partition.
    """
    first: dict[tuple[str, bytes], int] = {}
    for topic in sorted({one.topic for one in sent}):
        columns = ["log_partition", "log_offset", "value", "received_at"]
        table = lake.arrow(f"bronze.{topic.removesuffix('.v1')}", columns)
        last: dict[int, int] = {}
        for row in table.sort_by([("log_partition", "ascending"), ("log_offset", "ascending")]).to_pylist():
            received_us = to_micros(row["received_at"])
            if received_us < last.get(row["log_partition"], 0):
                raise RuntimeError(
                    f"{topic}/{row['log_partition']}/{row['log_offset']}: received before the one before"
                )
            last[row["log_partition"]] = received_us
            first.setdefault((topic, row["value"]), received_us)
    return [replace(one, received_at_us=first.get((one.topic, one.value), one.received_at_us)) for one in sent]
