"""A payment's verdict from request to recorded answer: one round trip, once a payment."""

import hashlib

import msgspec

from tillstream.decisions.answers import FraudAnswer
from tillstream.decisions.desk import Decided, Desk, Lacks
from tillstream.decisions.drivers import defaults_of, score_row, threshold
from tillstream.decisions.fraud.decide import FraudFacts, Judged, decide_fraud
from tillstream.decisions.modes import mode_of
from tillstream.decisions.ports import Champion, RiskModel, Rows
from tillstream.decisions.record.columns import Columns
from tillstream.decisions.record.entry import Entry, Recorded, decided_at_text, decode_entry
from tillstream.decisions.requests import FraudRequest
from tillstream.decisions.values import numbers_of, one_row
from tillstream.models.scoring import payment_values

_ANSWER = msgspec.json.Decoder(FraudAnswer)


def decision_id_of(payment_id: str) -> str:
    """One id a payment: whoever asks again, anywhere, finds the same record; doubles fall out by it."""
    return f"p{hashlib.sha256(payment_id.encode()).hexdigest()[:31]}"


async def fraud(desk: Desk, request: FraudRequest) -> Decided:
    """Decides, records, answers; a payment that was judged gets its recorded answer. Raises RecordNotWritten."""
    decision_id = decision_id_of(request.payment_id)
    async with desk.once(decision_id):
        if (known := await desk.recorded(decision_id)) is not None:
            return _again(decode_entry(known))
        return await _decide(desk, request, decision_id)


async def _decide(desk: Desk, request: FraudRequest, decision_id: str) -> Decided:
    at_us = desk.clock()
    lacks = Lacks.none()
    champion = desk.model("fraud", lacks)
    ids = ids_of(request)
    rows = await desk.read({entity: [one] for entity, one in ids.items()}, "fraud", at_us, lacks) if ids else None
    if "store_down" in lacks.names:
        champion = None  # a risk on defaults alone would be a guess
    columns = fraud_columns(request, at_us, ids, rows, champion)
    facts = FraudFacts(
        request=request,
        known=rows is not None,
        review=threshold(champion, "review", desk.policy.fraud.review),
        decline=threshold(champion, "decline", desk.policy.fraud.decline),
        notes=lacks.notes,
    )
    facts = with_model(facts, columns, champion)
    judged = decide_fraud(facts, row_of(columns), desk.policy.fraud)
    versions = desk.versions(champion, None, rows.position if rows else None)
    mode = mode_of(lacks.names)
    return await desk.record(
        Entry(
            decision_id=decision_id,
            decided_at_us=at_us,
            use_case="fraud",
            facts=facts,
            columns=columns,
            versions=versions,
            answer=render(facts, judged, decision_id, at_us, mode, versions.model),
            mode=mode,
            defaulted=rows.defaulted if rows else (),
        ),
        alias=request.payment_id,
    )


def ids_of(request: FraudRequest) -> dict[str, str]:
    """Whose features are read, by entity."""
    named = {
        "card": request.card_id,
        "device": request.device_id,
        "customer": request.customer_id,
        "terminal": request.terminal_id,
    }
    return {entity: one for entity, one in named.items() if one}


def fraud_columns(
    request: FraudRequest, at_us: int, ids: dict[str, str], rows: Rows | None, champion: Champion[RiskModel] | None
) -> Columns:
    """One row: what the store knows and what the payment itself says."""
    known = numbers_of(ids, rows)
    values = {**known, **payment_values(msgspec.structs.asdict(request), at_us, known)}
    names = dict.fromkeys([*(champion.features if champion else ()), *sorted(values)])
    return one_row(tuple(names), values, defaults_of(champion))


def with_model(facts: FraudFacts, columns: Columns, champion: Champion[RiskModel] | None) -> FraudFacts:
    """The facts with the model's word in them; as they are without a model."""
    if champion is None:
        return facts
    scored = score_row(champion, columns)
    return msgspec.structs.replace(facts, risk=scored.risk, drivers=scored.drivers)


def row_of(columns: Columns) -> dict[str, float]:
    """The first row by name."""
    return dict(zip(columns.names, columns.matrix[0].tolist(), strict=True)) if len(columns) else {}


def render(
    facts: FraudFacts, judged: Judged, decision_id: str, at_us: int, mode: str, model: str | None
) -> FraudAnswer:
    """The answer."""
    return FraudAnswer(
        decision_id=decision_id,
        decided_at=decided_at_text(at_us),
        mode=mode,
        model=model,
        payment_id=facts.request.payment_id,
        action=judged.action,
        risk=judged.risk,
        reasons=list(judged.reasons),
    )


def _again(recorded: Recorded) -> Decided:
    body = msgspec.json.encode(_ANSWER.decode(recorded.answer))
    return Decided(body, recorded.decision_id, "fraud", recorded.mode, "champion")
