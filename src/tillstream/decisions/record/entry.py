"""The record's form: what was asked, what was known, by which versions, what was answered."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from tillstream.core.contracts import from_micros, to_micros
from tillstream.core.contracts.derived import Decision
from tillstream.decisions.answers import Answer
from tillstream.decisions.errors import RecordUnreadable
from tillstream.decisions.record.columns import Columns
from tillstream.features.definitions import UseCase


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """By what it was decided; replay compares them with what it has."""

    code: str
    policy: str
    export: str | None = None
    model: str | None = None
    snapshot: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A decision in whole. `facts` is the use case's own struct; `columns` are the values it read."""

    decision_id: str
    decided_at_us: int
    use_case: UseCase
    facts: Any
    columns: Columns
    versions: Versions
    answer: Answer
    mode: str
    arm: str = "champion"
    propensity: float = 1.0
    defaulted: tuple[str, ...] = ()


def decided_at_text(micros: int) -> str:
    """RFC 3339 in UTC with all six digits, always: canonical bytes need one spelling."""
    return from_micros(micros).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def answer_digest(answer: bytes) -> str:
    """SHA-256 of the canonical bytes."""
    return hashlib.sha256(answer).hexdigest()


def encode_entry(entry: Entry, body: bytes) -> bytes:
    """The event of decisions.v1; `body` are the answer's canonical bytes."""
    request = entry.facts.request
    record: dict[str, Any] = {
        "versions": entry.versions,
        "facts": entry.facts,
        "answer": msgspec.Raw(body),
        "answer_sha256": answer_digest(body),
        "columns": entry.columns.names,
        "rows": len(entry.columns),
        "values": entry.columns.pack(),
    }
    if entry.defaulted:
        record["defaulted"] = entry.defaulted
    return Decision(
        event_id=entry.decision_id,
        occurred_at=from_micros(entry.decided_at_us),
        use_case=entry.use_case,
        record=record,
        visitor_id=getattr(request, "visitor_id", None),
        customer_id=getattr(request, "customer_id", None),
        payment_id=getattr(request, "payment_id", None),
        mode=entry.mode,
        model=entry.versions.model,
        arm=entry.arm,
        propensity=entry.propensity,
    ).encode()


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    versions: Versions
    facts: msgspec.Raw
    answer: msgspec.Raw
    answer_sha256: str
    columns: tuple[str, ...]
    rows: int
    values: str
    defaulted: tuple[str, ...] = ()


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    event_id: str
    occurred_at: datetime
    use_case: UseCase
    record: _Record
    mode: str = "normal"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recorded:
    """A record read back; `facts` and `answer` are JSON still, for the use case to decode."""

    decision_id: str
    decided_at_us: int
    use_case: UseCase
    facts: bytes
    answer: bytes
    answer_sha256: str
    columns: Columns
    versions: Versions
    mode: str


_EVENT = msgspec.json.Decoder(_Event)


def decode_entry(event: bytes) -> Recorded:
    """An event of decisions.v1 read back; raises RecordUnreadable."""
    try:
        found = _EVENT.decode(event)
    except msgspec.MsgspecError as error:
        raise RecordUnreadable(f"this is no decision record: {error}") from error
    record = found.record
    return Recorded(
        decision_id=found.event_id,
        decided_at_us=to_micros(found.occurred_at),
        use_case=found.use_case,
        facts=bytes(record.facts),
        answer=bytes(record.answer),
        answer_sha256=record.answer_sha256,
        columns=Columns.unpack(record.columns, record.rows, record.values),
        versions=record.versions,
        mode=found.mode,
    )
