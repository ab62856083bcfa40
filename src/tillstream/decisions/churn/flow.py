"""A customer's churn risk from request to recorded answer: one round trip."""

import msgspec

from tillstream.decisions.answers import ChurnAnswer
from tillstream.decisions.churn.decide import QUIET, ChurnFacts, Kept, decide_churn
from tillstream.decisions.desk import Decided, Desk, Lacks
from tillstream.decisions.drivers import defaults_of, score_row, threshold
from tillstream.decisions.identity import decision_id_at
from tillstream.decisions.modes import age_in_words, mode_of
from tillstream.decisions.ports import Champion, RiskModel
from tillstream.decisions.record.columns import Columns
from tillstream.decisions.record.entry import Entry, decided_at_text
from tillstream.decisions.requests import ChurnRequest
from tillstream.decisions.snapshot.catalogue import Catalogue
from tillstream.decisions.values import numbers_of, one_row

_DAY_SECONDS = 86_400


async def churn(desk: Desk, request: ChurnRequest) -> Decided:
    """Decides, records, answers. Raises RecordNotWritten."""
    at_us = desk.clock()
    decision_id = decision_id_at(at_us)
    lacks = Lacks.none()
    catalogue = desk.catalogue()
    champion = desk.model("churn", lacks)
    rows = await desk.read({"customer": [request.customer_id]}, "churn", at_us, lacks)
    values = numbers_of({"customer": request.customer_id}, rows)
    names = dict.fromkeys([*(champion.features if champion else ()), *sorted(values)])
    # A customer the store knows nothing of has only defaults: a risk on them would be a guess.
    known = rows is not None and not rows.defaulted
    columns = one_row(tuple(names), values, defaults_of(champion)) if known else Columns.empty()
    batch = _batch(catalogue, request.customer_id, at_us) if champion is None or not known else (None, "")
    facts = ChurnFacts(
        request=request,
        medium=threshold(champion, "medium", desk.policy.churn.medium),
        high=threshold(champion, "high", desk.policy.churn.high),
        batch_risk=batch[0],
        batch_words=batch[1],
        quiet_days=_days(values.get(QUIET)),
        notes=lacks.notes,
    )
    facts = with_model(facts, columns, champion)
    kept = decide_churn(facts, desk.policy.churn)
    versions = desk.versions(champion, catalogue, rows.position if rows else None)
    mode = mode_of(lacks.names)
    return await desk.record(
        Entry(
            decision_id=decision_id,
            decided_at_us=at_us,
            use_case="churn",
            facts=facts,
            columns=columns,
            versions=versions,
            answer=render(facts, kept, decision_id, at_us, mode, versions.model),
            mode=mode,
            defaulted=rows.defaulted if rows else (),
        )
    )


def _batch(catalogue: Catalogue | None, customer_id: str, at_us: int) -> tuple[float | None, str]:
    """The customer's last batch score with its age in words, where there is one."""
    score = catalogue.churn_of(customer_id) if catalogue is not None else None
    if catalogue is None or score is None:
        return None, ""
    scored_at = catalogue.manifest.churn_scored_at_us or catalogue.made_at_us
    return round(score, 6), f"the last batch score, {age_in_words((at_us - scored_at) / 1e6)} old"


def _days(seconds: float | None) -> float | None:
    return round(seconds / _DAY_SECONDS, 3) if seconds is not None and seconds >= 0 else None


def with_model(facts: ChurnFacts, columns: Columns, champion: Champion[RiskModel] | None) -> ChurnFacts:
    """The facts with the model's word in them; as they are without a model or without values."""
    if champion is None or not len(columns):
        return facts
    scored = score_row(champion, columns)
    return msgspec.structs.replace(facts, risk=scored.risk, drivers=scored.drivers)


def render(facts: ChurnFacts, kept: Kept, decision_id: str, at_us: int, mode: str, model: str | None) -> ChurnAnswer:
    """The answer."""
    return ChurnAnswer(
        decision_id=decision_id,
        decided_at=decided_at_text(at_us),
        mode=mode,
        model=model,
        customer_id=facts.request.customer_id,
        risk=kept.risk,
        band=kept.band,
        action=kept.action,
        reasons=list(kept.reasons),
    )
