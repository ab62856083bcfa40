"""Deciding again from the record: the same canonical bytes, or the reason why not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from tillstream.core.errors import ModelError
from tillstream.decisions.answers import Answer, ChurnAnswer, FraudAnswer, PriceAnswer, RecommendAnswer, canonical
from tillstream.decisions.churn import flow as churn_flow
from tillstream.decisions.churn.decide import ChurnFacts, decide_churn
from tillstream.decisions.errors import RecordUnreadable
from tillstream.decisions.fraud import flow as fraud_flow
from tillstream.decisions.fraud.decide import FraudFacts, decide_fraud
from tillstream.decisions.policy import Policy
from tillstream.decisions.ports import Champion
from tillstream.decisions.price import flow as price_flow
from tillstream.decisions.price.decide import PriceFacts, decide_price
from tillstream.decisions.recommend import flow as recommend_flow
from tillstream.decisions.recommend.rank import RecommendFacts, rank
from tillstream.decisions.record.entry import Recorded, answer_digest
from tillstream.decisions.snapshot.catalogue import Product

LoadExport = Callable[[str, str], Champion[Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came out, whether it is what left then, and what differs between then and now."""

    body: bytes
    recorded_sha256: str
    notes: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the bytes are those that left."""
        return answer_digest(self.body) == self.recorded_sha256


def replay(recorded: Recorded, *, policy: Policy, code: str, load: LoadExport) -> Replayed:
    """Decides again with this code, this policy and the recorded export; raises RecordUnreadable.

    Where the export is gone, the model's word is taken from the record. What a page shows of a
    product (title, brand, picture, price) is part of what was known, so it comes from the record too.
    """
    notes = _differences(recorded, policy, code)
    champion, missing = _export(recorded, load)
    answer = _AGAIN[recorded.use_case](recorded, policy, champion)
    return Replayed(canonical(answer), recorded.answer_sha256, (*notes, *missing))


def _differences(recorded: Recorded, policy: Policy, code: str) -> list[str]:
    notes = []
    if recorded.versions.code != code:
        notes.append(f"decided by code {recorded.versions.code}, replayed by {code}")
    if recorded.versions.policy != policy.digest:
        notes.append(f"decided under rules and guardrails {recorded.versions.policy}, replayed under {policy.digest}")
    return notes


def _export(recorded: Recorded, load: LoadExport) -> tuple[Champion[Any] | None, list[str]]:
    digest = recorded.versions.export
    if digest is None:
        return None, []
    try:
        return load(recorded.use_case, digest), []
    except (ModelError, OSError) as error:
        return None, [f"export {digest[:12]} is missing, the model's word comes from the record: {error}"]


def _recommend(recorded: Recorded, policy: Policy, champion: Champion[Any] | None) -> Answer:
    facts, then = _read(recorded.facts, RecommendFacts), _read(recorded.answer, RecommendAnswer)
    ranked = rank(facts, recorded.columns, policy.lists)
    shown = {
        one.product_id: Product(
            product_id=one.product_id,
            title=one.title,
            category=one.category,
            brand=one.brand,
            price_cents=one.price_cents,
            currency=one.currency,
            image=one.image,
        )
        for one in then.items
    }
    for one in ranked.items:  # another list than then: its products were not shown, so only their ids are known
        shown.setdefault(
            one.product_id,
            Product(product_id=one.product_id, title="?", category=one.category, price_cents=0, currency="XXX"),
        )
    del champion  # candidates come from the record
    return recommend_flow.render(facts, ranked, shown, *_frame(recorded))


def _price(recorded: Recorded, policy: Policy, champion: Champion[Any] | None) -> Answer:
    facts = price_flow.with_model(_read(recorded.facts, PriceFacts), champion)
    return price_flow.render(facts, decide_price(facts, policy.prices), *_frame(recorded))


def _fraud(recorded: Recorded, policy: Policy, champion: Champion[Any] | None) -> Answer:
    facts = fraud_flow.with_model(_read(recorded.facts, FraudFacts), recorded.columns, champion)
    judged = decide_fraud(facts, fraud_flow.row_of(recorded.columns), policy.fraud)
    return fraud_flow.render(facts, judged, *_frame(recorded))


def _churn(recorded: Recorded, policy: Policy, champion: Champion[Any] | None) -> Answer:
    facts = churn_flow.with_model(_read(recorded.facts, ChurnFacts), recorded.columns, champion)
    return churn_flow.render(facts, decide_churn(facts, policy.churn), *_frame(recorded))


_AGAIN: dict[str, Callable[[Recorded, Policy, Champion[Any] | None], Answer]] = {
    "recommend": _recommend,
    "price": _price,
    "fraud": _fraud,
    "churn": _churn,
}
ANSWERS: dict[str, type[Answer]] = {
    "recommend": RecommendAnswer,
    "price": PriceAnswer,
    "fraud": FraudAnswer,
    "churn": ChurnAnswer,
}


def _frame(recorded: Recorded) -> tuple[str, int, str, str | None]:
    return recorded.decision_id, recorded.decided_at_us, recorded.mode, recorded.versions.model


def _read(body: bytes, form: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.MsgspecError as error:
        raise RecordUnreadable(f"the record's {form.__name__} is not in this code's form: {error}") from error
