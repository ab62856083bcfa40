"""Sessions from silver rows: half an hour of silence ends one, told in whole milliseconds."""

import hashlib
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.oracle.silver import Difference, Row

GAP_MS = 30 * 60 * 1_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def expected_sessions(silver: dict[str, list[Row]]) -> dict[str, Row]:
    """By id, what gold must say of each; whether it is closed is a matter of when one looks."""
    acts: dict[str, dict[str, tuple[datetime, str, Row]]] = defaultdict(dict)
    for click in silver["clicks"]:
        if not click["is_bot"]:
            acts[click["visitor_id"]][click["event_id"]] = (click["occurred_at"], click["event_id"], click)
    for order in silver["orders"]:
        if order["kind"] == "placed" and order.get("visitor_id"):
            acts[order["visitor_id"]][order["event_id"]] = (order["occurred_at"], order["event_id"], order)
    found: dict[str, Row] = {}
    for visitor_id, mine in acts.items():
        session: list[tuple[datetime, str, Row]] = []
        for act in sorted(mine.values(), key=lambda one: one[:2]):
            if session and _ms(act[0]) - _ms(session[-1][0]) > GAP_MS:
                _add(found, visitor_id, session)
                session = []
            session.append(act)
        _add(found, visitor_id, session)
    return found


def differences_of_sessions(found: list[Row], silver: dict[str, list[Row]]) -> list[Difference]:
    """Sessions of gold that differ."""
    expected = expected_sessions(silver)
    there = {row["session_id"]: row for row in found}
    wrong = [Difference("doubled", f"sessions: {len(found) - len(there)} rows")] if len(there) < len(found) else []
    wrong += [Difference("lost", f"session {one} {expected[one]}") for one in expected.keys() - there.keys()]
    wrong += [Difference("wrong", f"session {one} from nowhere") for one in there.keys() - expected.keys()]
    for one in expected.keys() & there.keys():
        wrong += [
            Difference("wrong", f"session {one}: {name} is {there[one][name]}, not {value}")
            for name, value in expected[one].items()
            if there[one][name] != value
        ]
    return wrong


def _add(found: dict[str, Row], visitor_id: str, session: list[tuple[datetime, str, Row]]) -> None:
    rows = [row for _, _, row in session]
    kinds = [row["kind"] for row in rows]
    text = f"session|{visitor_id}|{session[0][1]}"
    customers = [row["customer_id"] for row in rows if row.get("customer_id")]
    told: dict[str, Any] = {
        "visitor_id": visitor_id,
        "day": session[0][0].date(),
        "started_at": session[0][0],
        "ended_at": session[-1][0],
        "duration_ms": _ms(session[-1][0]) - _ms(session[0][0]),
        "clicks": sum("lines" not in row for row in rows),
        "refreshes": kinds.count("refreshed"),
        "products": len({row["product_id"] for row in rows if row.get("product_id")}),
        "added_to_cart": "cart_added" in kinds,
        "purchased": any("lines" in row for row in rows),
        "bounced": kinds == ["viewed"],
        "customer_id": customers[-1] if customers else None,
    }
    found[hashlib.sha256(text.encode()).hexdigest()[:32]] = told


def _ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)
