"""Silver and dead letters: each event once a day, the first in the log; each bad record's bytes."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

from tests.oracle.sending import CRAWLERS, Sent

Row: TypeAlias = dict[str, Any]
INSTANTS = ("occurred_at", "starts_at", "ends_at")


class Difference(NamedTuple):
    """One row that is not as it must be; `wrong` is there once, but otherwise or from nowhere."""

    kind: Literal["lost", "doubled", "wrong"]
    what: str


def expected_silver(sent: Iterable[Sent]) -> dict[str, dict[tuple[str, date], Row]]:
    """By entity, then by event and day: the event's own fields, `received_at` and `occurred_on`."""
    tables: dict[str, dict[tuple[str, date], Row]] = {}
    for one in sent:
        if one.poison is None:
            row = json.loads(one.value)
            for name in INSTANTS:
                if name in row:
                    row[name] = datetime.fromisoformat(row[name])
            if one.topic == "clicks.v1":
                row["is_bot"] = row.get("user_agent") in CRAWLERS
            row["received_at"] = instant(one.received_at_us)
            row["occurred_on"] = row["occurred_at"].date()
            table = tables.setdefault(one.topic.removesuffix(".v1"), {})
            table.setdefault((row["event_id"], row["occurred_on"]), row)
    return tables


def expected_dead_letters(sent: Iterable[Sent]) -> dict[str, bytes]:
    """By id, the bytes as they came."""
    bad = [one for one in sent if one.poison is not None]
    return {hashlib.sha256(one.topic.encode() + b"\0" + one.value).hexdigest()[:32]: one.value for one in bad}


def differences_of_silver(found: dict[str, list[Row]], sent: list[Sent]) -> list[Difference]:
    """What the lake has too much, too little or otherwise; empty if nothing."""
    wrong: list[Difference] = []
    for entity, rows in expected_silver(sent).items():
        there: dict[tuple[str, date], Row] = {}
        for row in found.get(entity, []):
            if there.setdefault((row["event_id"], row["occurred_on"]), row) is not row:
                wrong.append(Difference("doubled", f"{entity}: {row['event_id']}"))
        wrong += [Difference("lost", f"{entity}: {key}") for key in rows.keys() - there.keys()]
        wrong += [Difference("wrong", f"{entity}: {key} from nowhere") for key in there.keys() - rows.keys()]
        for key in rows.keys() & there.keys():
            wrong += [
                Difference("wrong", f"{entity}: {key} {name}")
                for name, value in rows[key].items()
                if not _same(value, there[key][name])
            ]
    return wrong


def differences_of_dead_letters(found: list[Row], sent: list[Sent]) -> list[Difference]:
    """The same for dead letters: one each, with its bytes."""
    expected = expected_dead_letters(sent)
    there = Counter(row["event_id"] for row in found)
    wrong = [Difference("lost", f"dead letter {one}") for one in expected.keys() - there.keys()]
    wrong += [Difference("wrong", f"dead letter {one} from nowhere") for one in there.keys() - expected.keys()]
    wrong += [Difference("doubled", f"dead letter {one} {times} times") for one, times in there.items() if times > 1]
    return wrong + [
        Difference("wrong", f"dead letter {row['event_id']} has other bytes")
        for row in found
        if base64.b64decode(row["original"]) != expected.get(row["event_id"])
    ]


def instant(micros: int) -> datetime:
    """Microseconds since 1970 as an instant."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _same(sent: Any, found: Any) -> bool:
    if isinstance(sent, dict):
        return all(_same(value, found[name]) for name, value in sent.items())
    if isinstance(sent, list):
        return len(sent) == len(found) and all(map(_same, sent, found))
    return bool(sent == found)
