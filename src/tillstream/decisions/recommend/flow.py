"""A recommendation from request to recorded answer: two round trips at most."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from tillstream.decisions.answers import Item, RecommendAnswer
from tillstream.decisions.desk import Decided, Desk, Lacks
from tillstream.decisions.identity import decision_id_at, seed_of
from tillstream.decisions.modes import mode_of
from tillstream.decisions.policy import ListPolicy
from tillstream.decisions.ports import RecommendModel, Rows
from tillstream.decisions.recommend.pool import SOURCES, Pool, gather
from tillstream.decisions.recommend.rank import Ranked, RecommendFacts, Viewed, rank
from tillstream.decisions.recommend.reasons import reason_for, reasons_of
from tillstream.decisions.record.columns import Columns
from tillstream.decisions.record.entry import Entry, decided_at_text
from tillstream.decisions.requests import RecommendRequest
from tillstream.decisions.snapshot.catalogue import Catalogue, Product
from tillstream.features.definitions import features_of

RECENT = "visitor__recent_products_7d"
LIST_PRICE = "product__list_price_last"
_FOCUS_WINDOW = 5
_CAUSES = 5
"""Newest views that are named as a cause; each costs a look into the model for each product shown."""
_WHOLE_CENTS = 2**24
"""Below it a float32 is exact to the cent; a dearer product shows the snapshot's price."""


async def recommend(desk: Desk, request: RecommendRequest) -> Decided:
    """Decides, records, answers. Raises NoSnapshot, RecordNotWritten."""
    at_us = desk.clock()
    decision_id = decision_id_at(at_us)
    lacks = Lacks.none()
    catalogue = desk.shelf()
    champion = desk.model("recommend", lacks)
    people = {"visitor": [request.visitor_id]} | ({"customer": [request.customer_id]} if request.customer_id else {})
    rows = await desk.read(people, "recommend", at_us, lacks)
    viewed = _viewed(catalogue, recent_views(request, rows, desk.policy.lists))
    recent = [one.product_id for one in viewed]
    taste = _taste(catalogue, viewed) or catalogue.taste_of(request.visitor_id, request.customer_id)
    model = champion.model if champion else None
    pool = gather(catalogue, model, recent, request.customer_id, taste, count=desk.policy.lists.candidates)
    ids = catalogue.product_ids(pool.places)
    live = await desk.read({"product": ids}, "recommend", at_us, lacks) if rows is not None and ids else None
    columns = _columns(catalogue, pool, ids, live)
    focus = focus_of([one.category for one in viewed], desk.policy.lists)
    facts = RecommendFacts(
        request=request,
        seed=seed_of(decision_id),
        candidates=ids,
        sources=list(SOURCES),
        categories=list(catalogue.categories),
        recent=viewed,
        taste=[catalogue.categories[code] for code in taste],
        focus=focus or (catalogue.categories[taste[0]] if rows is None and taste else None),
        notes=lacks.notes,
    )
    ranked = rank(facts, columns, desk.policy.lists)
    facts = msgspec.structs.replace(facts, because=_because(model, ranked, recent))
    versions = desk.versions(champion, catalogue, live.position if live else rows.position if rows else None)
    rows_of = {one: row for row, one in enumerate(ids)}
    shown = {
        one.product_id: _shown(catalogue, int(pool.places[row]), columns, row)
        for one in ranked.items
        for row in (rows_of[one.product_id],)
    }
    mode = mode_of(lacks.names)
    answer = render(facts, ranked, shown, decision_id, at_us, mode, versions.model)
    return await desk.record(
        Entry(
            decision_id=decision_id,
            decided_at_us=at_us,
            use_case="recommend",
            facts=facts,
            columns=columns,
            versions=versions,
            answer=answer,
            mode=mode,
            defaulted=(*(rows.defaulted if rows else ()), *(live.defaulted if live else ())),
            arm=ranked.arm.name,
            propensity=ranked.arm.propensity,
        )
    )


def render(
    facts: RecommendFacts,
    ranked: Ranked,
    shown: Mapping[str, Product],
    decision_id: str,
    at_us: int,
    mode: str,
    model: str | None,
) -> RecommendAnswer:
    """The answer; what a page shows of a product comes from `shown`."""
    items = [
        Item(
            product_id=one.product_id,
            title=(product := shown[one.product_id]).title,
            category=product.category,
            brand=product.brand,
            price_cents=product.price_cents,
            currency=product.currency,
            image=product.image,
            score=one.score,
            reason=reason_for(facts, one),
            propensity=one.propensity,
        )
        for one in ranked.items
    ]
    return RecommendAnswer(
        decision_id=decision_id,
        decided_at=decided_at_text(at_us),
        mode=mode,
        model=model,
        arm=ranked.arm.name,
        items=items,
        reasons=reasons_of(facts, ranked),
    )


def recent_views(request: RecommendRequest, rows: Rows | None, policy: ListPolicy) -> list[str]:
    """Products the visitor looked at, newest first, each once; the one on the page comes before all."""
    seen = rows.values.get("visitor", {}).get(request.visitor_id, {}).get(RECENT) if rows is not None else None
    views = ([request.product_id] if request.product_id else []) + [str(one) for one in seen or ()]
    return list(dict.fromkeys(views))[: policy.recent]


def focus_of(categories: Sequence[str], policy: ListPolicy) -> str | None:
    """The category of most of the last five views, the newer at a tie; None below `focus_views`."""
    last = list(categories[:_FOCUS_WINDOW])
    if not last:
        return None
    best = max(last, key=lambda name: (last.count(name), -last.index(name)))
    return best if last.count(best) >= policy.focus_views else None


def _viewed(catalogue: Catalogue, recent: Sequence[str]) -> list[Viewed]:
    places = catalogue.places_of(recent).tolist()
    products = [catalogue.product(place) for place in places if place >= 0]
    return [Viewed(one.product_id, one.title, one.category) for one in products]


def _taste(catalogue: Catalogue, viewed: Sequence[Viewed]) -> list[int]:
    codes = {name: code for code, name in enumerate(catalogue.categories)}
    names = [one.category for one in viewed]
    ranked = sorted(set(names), key=lambda name: (-names.count(name), names.index(name)))
    return [codes[name] for name in ranked]


def _columns(catalogue: Catalogue, pool: Pool, ids: Sequence[str], live: Rows | None) -> Columns:
    own: dict[str, Any] = {
        "candidate__score": pool.score,
        "candidate__source": pool.source,
        "candidate__category": catalogue.category[pool.places],
        "candidate__on_hand": catalogue.on_hand[pool.places],
    }
    columns = Columns.of(own)
    if live is None:
        return columns
    names = live_names()
    return columns.beside(Columns(names, live.matrix("product", ids, names)))


@cache
def live_names() -> tuple[str, ...]:
    """What is read of each candidate, in the order of its columns."""
    return tuple(one.name for one in features_of("recommend") if one.entity == "product" and one.is_numeric)


def _because(model: RecommendModel | None, ranked: Ranked, recent: Sequence[str]) -> dict[str, str]:
    if model is None or not recent:
        return {}
    own = [one.product_id for one in ranked.items if one.source in ("session", "together")]
    newest = recent[:_CAUSES]
    return {one: cause for one in own if (cause := model.because(one, newest)) is not None}


def _shown(catalogue: Catalogue, place: int, columns: Columns, row: int) -> Product:
    """The product as the page shows it; its list price as it is now, where the store knows it."""
    product, prices = catalogue.product(place), columns.column(LIST_PRICE)
    if prices is None or not 0 < prices[row] < _WHOLE_CENTS:
        return product
    return msgspec.structs.replace(product, price_cents=int(prices[row]))
