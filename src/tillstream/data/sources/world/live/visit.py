"""One live visit, from the first list to the till; every reaction answers a decision of the shop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tillstream.core.contracts import from_micros
from tillstream.core.contracts.behaviour import Click, Impression
from tillstream.core.contracts.money import Order, OrderLine, Payment
from tillstream.data.sources.world.catalogue import CURRENCY
from tillstream.data.sources.world.live.counts import Counts
from tillstream.data.sources.world.live.mind import Mind, Visitor
from tillstream.data.sources.world.live.shop import Shop
from tillstream.data.sources.world.ordering import ABROAD

_ASKS_FOR_MORE: Final = 0.4
_STARTS, _SHIPS, _PAYS = 0.78, 0.92, 0.94
_BOUNCES, _HOVERS = 0.125, 0.12
_FOUND_AT_MOST: Final = 8
Step: TypeAlias = tuple[int, str | None, int | None]
"""A product to look at, the decision of the list it was clicked in, its place there."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Time, ids and waiting of a run; `speed` divides every wait."""

    clock_us: Callable[[], int]
    next_id: Callable[[], str]
    speed: float

    async def wait(self, seconds: float) -> None:
        """Lets the visitor's time pass."""
        await asyncio.sleep(seconds / self.speed)


@dataclass(frozen=True, slots=True)
class Look:
    """A product on the page: its price, the decision about it, and the list's decision that led there."""

    product: int
    price_cents: int
    price_decision: str | None
    list_decision: str | None = None
    place: int | None = None


class Visit:
    """A visit of one visitor; `run` walks through it once. A thief goes straight for the till."""

    def __init__(
        self,
        visitor: Visitor,
        mind: Mind,
        shop: Shop,
        pace: Pace,
        counts: Counts,
        places: dict[str, int],
        *,
        thief: bool,
    ) -> None:
        self._visitor, self._mind, self._shop, self._pace, self._counts = visitor, mind, shop, pace, counts
        self._places, self._thief = places, thief

    async def run(self) -> None:
        """The whole visit; raises ShopDown where the shop does not answer."""
        cart: dict[int, Look] = {}
        shown = await self._list("for_you", None)
        chosen = self._choice(shown)
        if chosen is None and self._mind.happens(_BOUNCES):
            return
        nearby: Step = chosen or (self._mind.wants(), None, None)
        for _ in range(2 if self._thief else self._mind.looks()):
            look = await self._look(*nearby)
            if look is not None and (self._thief or self._mind.carts(look.product, look.price_cents)):
                cart[look.product] = look
                await self._click("cart_added", look, quantity=1)
            await self._pace.wait(float(self._mind.random.lognormal(3.2, 0.7)))
            nearby = await self._next(nearby[0])
        if cart:
            await self._check_out(list(cart.values()))

    async def _next(self, product: int) -> Step:
        if self._mind.happens(_ASKS_FOR_MORE):
            chosen = self._choice(await self._list("product", product))
            if chosen is not None:
                return chosen
        if self._mind.searches():
            found = await self._search(product)
            if found is not None:
                return found
        return self._mind.follows(product), None, None

    def _choice(self, shown: dict[str, Any] | None) -> Step | None:
        """What is clicked in a list: the product, the list's decision, the place."""
        if shown is None:
            return None
        known = [
            (place, item["product_id"])
            for place, item in enumerate(shown["items"])
            if item["product_id"] in self._places
        ]
        picked = self._mind.picks([self._places[product] for _, product in known])
        if picked is None:
            return None
        self._counts.list_clicks += 1
        place, product = known[picked]
        return self._places[product], shown["decision_id"], place

    async def _search(self, product: int) -> Step | None:
        """Searches for the shelf of a product; gives what is clicked among the found."""
        query = self._mind.catalogue.category_of(product)
        await self._click("searched", query=query)
        answer = await self._shop.search(query, _FOUND_AT_MOST)
        known = [item["product_id"] for item in answer["items"] if item["product_id"] in self._places] if answer else []
        if not known:
            return None
        seen = Impression(
            **self._stamp(), **self._who(), surface="search", product_ids=known, policy="search",
            device_type=self._visitor.device_type,  # type: ignore[arg-type]
        )  # fmt: skip
        await self._shop.tell("impressions.v1", seen)
        picked = self._mind.picks([self._places[found] for found in known])
        return None if picked is None else (self._places[known[picked]], None, picked)

    async def _list(self, surface: str, product: int | None) -> dict[str, Any] | None:
        ids = self._mind.catalogue.product_ids
        answer = await self._shop.ask(
            "/v1/recommendations",
            {**self._who(), "k": 8, "surface": surface, "product_id": None if product is None else ids[product]},
        )
        if answer is None or not answer["items"]:
            return None
        chances = [item.get("propensity") for item in answer["items"]]
        await self._shop.tell(
            "impressions.v1",
            Impression(
                **self._stamp(),
                **self._who(),
                surface=surface,  # type: ignore[arg-type]
                product_ids=[item["product_id"] for item in answer["items"]],
                prices_cents=[item["price_cents"] for item in answer["items"]],
                propensities=None if None in chances else chances,
                decision_id=answer["decision_id"],
                device_type=self._visitor.device_type,  # type: ignore[arg-type]
            ),
        )
        await self._pace.wait(2.0)
        return answer

    async def _look(self, product: int, list_decision: str | None, place: int | None) -> Look | None:
        """Sees the product with the shop's price for it; None where the shop does not know it."""
        product_id = self._mind.catalogue.product_ids[product]
        answer = await self._shop.ask("/v1/price", {**self._who(), "product_id": product_id})
        if answer is None:
            return None
        look = Look(product, answer["price_cents"], answer["decision_id"], list_decision, place)
        await self._shop.tell(
            "impressions.v1",
            Impression(
                **self._stamp(),
                **self._who(),
                surface="price",
                product_ids=[product_id],
                prices_cents=[look.price_cents],
                decision_id=look.price_decision,
                device_type=self._visitor.device_type,  # type: ignore[arg-type]
            ),
        )
        if self._mind.happens(_HOVERS):
            await self._click("hovered", look)
        await self._click("viewed", look)
        return look

    async def _check_out(self, cart: list[Look]) -> None:
        for kind, chance in (("checkout_started", _STARTS), ("shipping_entered", _SHIPS), ("payment_entered", _PAYS)):
            if not self._thief and not self._mind.happens(chance):
                if kind != "checkout_started":
                    await self._click("checkout_abandoned")
                return
            await self._click(kind)
            await self._pace.wait(8.0)
        total, payment_id, order_id = sum(look.price_cents for look in cart), self._pace.next_id(), self._pace.next_id()
        paying = self._payment_fields(total, order_id)
        answer = await self._shop.ask("/v1/fraud", {"payment_id": payment_id, **paying})
        decision, declined = (answer["decision_id"], answer["action"] == "decline") if answer else (None, False)
        self._counts.declined += declined
        self._counts.orders += not declined
        await self._shop.tell("orders.v1", self._order(order_id, cart, total))
        payment = Payment(
            **self._stamp(),
            payment_id=payment_id,
            kind="declined" if declined else "authorized",
            reason="suspected_fraud" if declined else None,
            decision_id=decision,
            **paying,
        )
        await self._shop.tell("payments.v1", payment)

    def _payment_fields(self, total: int, order_id: str) -> dict[str, Any]:
        home = self._visitor.country
        far = ABROAD[int(self._mind.random.integers(0, len(ABROAD)))] if self._thief else home
        return {
            **self._who(),
            "amount_cents": total,
            "currency": CURRENCY,
            "order_id": order_id,
            "card_id": self._visitor.card_id,
            "device_id": self._visitor.device_id,
            "method": "card",
            "card_country": home,
            "ip_country": far,
            "shipping_country": far,
            "billing_country": home,
        }

    def _order(self, order_id: str, cart: list[Look], total: int) -> Order:
        lines = [
            OrderLine(
                product_id=self._mind.catalogue.product_ids[look.product],
                quantity=1,
                unit_price_cents=look.price_cents,
                decision_id=look.price_decision,
            )
            for look in cart
        ]
        return Order(
            **self._stamp(),
            **self._who(),
            order_id=order_id,
            kind="placed",
            lines=lines,
            total_cents=total,
            currency=CURRENCY,
            payment_method="card",
            region=self._visitor.region,
            device_id=self._visitor.device_id,
            decision_id=next((look.list_decision for look in cart if look.list_decision), None),
        )

    async def _click(
        self, kind: str, look: Look | None = None, *, quantity: int | None = None, query: str | None = None
    ) -> None:
        catalogue = self._mind.catalogue
        viewed = kind in ("viewed", "hovered")
        event = Click(
            **self._stamp(),
            **self._who(),
            kind=kind,  # type: ignore[arg-type]
            product_id=catalogue.product_ids[look.product] if look else None,
            category=catalogue.category_of(look.product) if look else None,
            price_cents=look.price_cents if look else None,
            decision_id=(look.list_decision if viewed else look.price_decision) if look else None,
            position=look.place if look and viewed else None,
            quantity=quantity,
            query=query,
            device_id=self._visitor.device_id,
            device_type=self._visitor.device_type,  # type: ignore[arg-type]
            country=self._visitor.country,
            region=self._visitor.region,
        )
        await self._shop.tell("clicks.v1", event)

    def _who(self) -> dict[str, Any]:
        return {"visitor_id": self._visitor.visitor_id, "customer_id": self._visitor.customer_id}

    def _stamp(self) -> dict[str, Any]:
        return {"event_id": self._pace.next_id(), "occurred_at": from_micros(self._pace.clock_us())}
