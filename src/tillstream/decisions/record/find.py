"""A decision's record, wherever it still is: the spool's files first, then the lake.

Imports the lake, so the API never imports this module.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from tillstream.core.errors import NotFound
from tillstream.data.lake import Lake


def find_record(spool: Path, lake: Lake, decision_id: str) -> bytes:
    """The event of decisions.v1 with that id; raises NotFound."""
    found = _in_spool(spool, decision_id) or _in_lake(lake, decision_id)
    if found is None:
        raise NotFound(
            f"no decision {decision_id!r} in the spool or in silver.decisions;"
            " the lake may still be reading it: `tillstream lake show`"
        )
    return found


def records_in(lake: Lake) -> Iterator[bytes]:
    """Every decision's event that the lake holds, in the order of their times, then ids."""
    rows = lake.arrow("silver.decisions").sort_by([("occurred_at", "ascending"), ("event_id", "ascending")])
    for batch in rows.to_batches(max_chunksize=500):
        yield from map(_event_of, batch.to_pylist())


def _in_spool(spool: Path, decision_id: str) -> bytes | None:
    for path in sorted(spool.glob("*.db")):
        try:
            held = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.5)
            try:
                row = held.execute("SELECT value FROM outbox WHERE id = ? LIMIT 1", (decision_id,)).fetchone()
            finally:
                held.close()
        except sqlite3.OperationalError:
            continue  # drained and removed between the listing and the look
        if row:
            return bytes(row[0])
    return None


def _in_lake(lake: Lake, decision_id: str) -> bytes | None:
    rows = lake.arrow("silver.decisions", where=pc.field("event_id") == decision_id).to_pylist()
    return _event_of(rows[0]) if rows else None


def _event_of(row: dict[str, Any]) -> bytes:
    """The event as it was on the log, but for spaces and the order of keys."""
    fields = ("event_id", "use_case", "visitor_id", "customer_id", "payment_id", "mode", "model", "arm", "propensity")
    event = {name: row[name] for name in fields if row.get(name) is not None}
    event["occurred_at"] = row["occurred_at"].isoformat()
    event["record"] = json.loads(row["record"]) if isinstance(row["record"], str) else row["record"]
    return json.dumps(event, ensure_ascii=False).encode()
