"""A price from request to recorded answer: one round trip."""

import msgspec

from tillstream.core.contracts import from_micros
from tillstream.decisions.answers import PriceAnswer
from tillstream.decisions.desk import Decided, Desk, Lacks
from tillstream.decisions.errors import UnknownProduct
from tillstream.decisions.identity import decision_id_at, seed_of
from tillstream.decisions.modes import mode_of
from tillstream.decisions.ports import Champion, PriceModel, Rows
from tillstream.decisions.price.decide import Priced, PriceFacts, decide_price
from tillstream.decisions.record.entry import Entry, decided_at_text
from tillstream.decisions.requests import PriceRequest
from tillstream.decisions.values import columns_of

LIST_PRICE = "product__list_price_last"
STOCK = "product__stock_last"


async def price(desk: Desk, request: PriceRequest) -> Decided:
    """Decides, records, answers. Raises NoSnapshot, UnknownProduct, RecordNotWritten.

    The seed is one per visitor, product and day: a page that is reloaded shows the same price.
    """
    at_us = desk.clock()
    decision_id = decision_id_at(at_us)
    lacks = Lacks.none()
    catalogue = desk.shelf()
    found = catalogue.named(request.product_id)
    if found is None:
        raise UnknownProduct(request.product_id)
    place, product = found
    champion = desk.model("price", lacks)
    rows = await desk.read({"product": [request.product_id]}, "price", at_us, lacks)
    cost = int(catalogue.cost_cents[place])
    stock, held = _live(rows, request.product_id, STOCK), int(catalogue.on_hand[place])
    list_price = _live(rows, request.product_id, LIST_PRICE)
    facts = PriceFacts(
        request=request,
        seed=seed_of(request.visitor_id, request.product_id, from_micros(at_us).date().isoformat()),
        list_price_cents=list_price if list_price is not None else product.price_cents,
        currency=product.currency,
        cost_cents=cost if cost >= 0 else None,
        on_hand=max(stock, 0) if stock is not None else held if held >= 0 else None,
        notes=lacks.notes,
    )
    facts = with_model(facts, champion)
    priced = decide_price(facts, desk.policy.prices)
    versions = desk.versions(champion, catalogue, rows.position if rows else None)
    mode = mode_of(lacks.names)
    return await desk.record(
        Entry(
            decision_id=decision_id,
            decided_at_us=at_us,
            use_case="price",
            facts=facts,
            columns=columns_of({"product": request.product_id}, rows),
            versions=versions,
            answer=render(facts, priced, decision_id, at_us, mode, versions.model),
            mode=mode,
            defaulted=rows.defaulted if rows else (),
            arm=priced.arm.name,
            propensity=priced.arm.propensity,
        )
    )


def _live(rows: Rows | None, product_id: str, feature: str) -> int | None:
    found = rows.values.get("product", {}).get(product_id, {}).get(feature) if rows is not None else None
    return int(found) if found is not None else None


def with_model(facts: PriceFacts, champion: Champion[PriceModel] | None) -> PriceFacts:
    """The facts with the model's word in them; as they are without a model, or without a cost to weigh."""
    if champion is None or facts.cost_cents is None or facts.list_price_cents <= 0:
        return facts
    product_id, model = facts.request.product_id, champion.model
    return msgspec.structs.replace(
        facts,
        best_cents=int(model.best_price(product_id, facts.list_price_cents, facts.cost_cents)),
        elasticity=round(float(model.elasticity(product_id)), 6),
    )


def render(
    facts: PriceFacts, priced: Priced, decision_id: str, at_us: int, mode: str, model: str | None
) -> PriceAnswer:
    """The answer."""
    return PriceAnswer(
        decision_id=decision_id,
        decided_at=decided_at_text(at_us),
        mode=mode,
        model=model,
        product_id=facts.request.product_id,
        price_cents=priced.price_cents,
        list_price_cents=facts.list_price_cents,
        currency=facts.currency,
        reasons=list(priced.reasons),
    )
