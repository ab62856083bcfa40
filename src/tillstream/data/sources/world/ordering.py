"""Orders and payments of honest shoppers, and what becomes of them: delivery, refund, dispute."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from msgspec.structs import replace

from tillstream.core.contracts import from_micros
from tillstream.core.contracts.money import Order, OrderLine, Payment
from tillstream.data.sources.world.arrays import Ints, Random
from tillstream.data.sources.world.catalogue import CURRENCY, Catalogue
from tillstream.data.sources.world.checkout import Baskets
from tillstream.data.sources.world.clickstream import Names
from tillstream.data.sources.world.identity import Ids, address_id, card_id, walk_in
from tillstream.data.sources.world.loyalty import BAD_DELIVERY, Loyalty
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.population import REGIONS, Population
from tillstream.data.sources.world.settings import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from tillstream.data.sources.world.timeline import Timeline
from tillstream.data.sources.world.truth import Ledger
from tillstream.data.sources.world.visits import NOBODY, Visits

METHODS: Final = ("card", "paypal", "invoice")
ABROAD: Final = ("DE", "FR", "NL", "AT", "ES", "IT", "PL", "GB")
_DECLINES, _TRIES_AGAIN = 0.035, 0.8
_CANCELS, _LATE, _DAMAGED, _RETURNS = 0.015, 0.10, 0.03, 0.05
_REFUSES: Final = 0.6
"""Share of late parcels that are sent back."""
_TRAVELS, _GIFTS = 0.015, 0.035
_NO_SIGNAL_CHARGEBACKS: Final = 0.04
_FREE_SHIPPING_CENTS: Final = 5_000
BLIND_PATTERN, FRIENDLY_PATTERN = "pure_chance", "friendly_fraud"


@dataclass(frozen=True, slots=True)
class Till:
    """What turns baskets into orders: where to send, how to name, whom to remember."""

    timeline: Timeline
    ids: Ids
    ledger: Ledger
    loyalty: Loyalty
    catalogue: Catalogue
    population: Population
    random: Random
    day: int
    signal: bool

    def take(self, visits: Visits, names: Names, baskets: Baskets, discount: Ints) -> None:
        """Sends every order and payment of the day's baskets, and what follows them weeks later."""
        for lines in baskets.each():
            self._order(visits, names, baskets, lines, discount)

    def _order(self, visits: Visits, names: Names, baskets: Baskets, where: slice, discount: Ints) -> None:
        visit, at_us = int(baskets.visit[where.start]), int(baskets.paid_us[where.start])
        lines = self._lines(baskets, where, discount)
        goods = sum(line.unit_price_cents * line.quantity for line in lines)
        shipping = 0 if goods >= _FREE_SHIPPING_CENTS else 490
        customer = int(visits.customer[visit])
        payment = self._payment(visits, names, visit, customer, goods + shipping, at_us)
        region, country, _ = REGIONS[visits.region[visit]]
        address = None if customer == NOBODY else address_id(customer, int(payment.shipping_country != country))
        order = Order(
            event_id=self.ids.one("orders.v1"),
            occurred_at=from_micros(at_us),
            order_id=payment.order_id or "",
            kind="placed",
            lines=lines,
            total_cents=goods + shipping,
            currency=CURRENCY,
            customer_id=names.customer[visit],
            visitor_id=names.visitor[visit],
            discount_cents=sum(line.discount_cents * line.quantity for line in lines),
            shipping_cents=shipping,
            payment_method=payment.method,
            shipping_address_id=address,
            billing_address_id=None if customer == NOBODY else address_id(customer),
            shipping_country=payment.shipping_country,
            billing_country=payment.billing_country,
            region=region,
            device_id=names.device[visit],
        )
        self.timeline.put("orders.v1", order)
        paid = self._pay(payment, at_us + 15 * SECOND_US)
        if paid is None:
            self._step(order, "failed", at_us + 3 * MINUTE_US, reason="payment_declined")
            return
        self._fulfil(order, *paid, customer, int(visits.persona[visit]), baskets.product[where])

    def _lines(self, baskets: Baskets, where: slice, discount: Ints) -> list[OrderLine]:
        decisions = self.ids.written("decision", baskets.decision[where])
        rows = zip(
            baskets.product[where].tolist(), baskets.quantity[where].tolist(), baskets.price_cents[where].tolist(),
            decisions, strict=True,
        )  # fmt: skip
        return [
            OrderLine(
                product_id=self.catalogue.product_ids[product],
                quantity=quantity,
                unit_price_cents=cents,
                discount_cents=int(discount[product]),
                decision_id=decision.decode(),
            )
            for product, quantity, cents, decision in rows
        ]

    def _payment(self, visits: Visits, names: Names, visit: int, customer: int, amount: int, at_us: int) -> Payment:
        """The payment to be sent; honest people travel and send gifts abroad too."""
        home, random = REGIONS[visits.region[visit]][1], self.random
        known = customer != NOBODY
        method = METHODS[self.population.method[customer]] if known else "card"
        second = known and self.population.two_cards[customer] and random.random() < 0.3
        own = card_id(customer, int(second)) if known else walk_in("k", self.day, visit)
        return Payment(
            event_id="unsent",
            occurred_at=from_micros(at_us),
            payment_id=self.ids.one("payment"),
            kind="authorized",
            amount_cents=amount,
            currency=CURRENCY,
            order_id=self.ids.one("order"),
            customer_id=names.customer[visit],
            visitor_id=names.visitor[visit],
            card_id=own if method == "card" else None,
            device_id=names.device[visit],
            method=method,
            card_country=home if method == "card" else None,
            ip_country=_elsewhere(random) if random.random() < _TRAVELS else home,
            shipping_country=_elsewhere(random) if random.random() < _GIFTS else home,
            billing_country=home,
        )

    def _pay(self, payment: Payment, at_us: int) -> tuple[Payment, int] | None:
        """Sends the payment; after a decline most try once more under a new id. The one that went through, and when."""
        for _ in range(2):
            if self.random.random() >= _DECLINES:
                send_payment(self.timeline, self.ids, payment, "authorized", at_us)
                return payment, at_us
            send_payment(self.timeline, self.ids, payment, "declined", at_us, reason="insufficient_funds")
            if self.random.random() >= _TRIES_AGAIN:
                break
            payment, at_us = replace(payment, payment_id=self.ids.one("payment")), at_us + MINUTE_US
        return None

    def _fulfil(
        self, order: Order, payment: Payment, paid_us: int, customer: int, persona: int, products: Ints
    ) -> None:
        random = self.random
        self._dispute(payment, paid_us, customer)
        if random.random() < _CANCELS:
            self._step(order, "cancelled", paid_us + int(random.integers(1, 8)) * HOUR_US, reason="changed_mind")
            send_payment(self.timeline, self.ids, payment, "refunded", paid_us + 9 * HOUR_US)
            return
        send_payment(self.timeline, self.ids, payment, "captured", paid_us + 2 * HOUR_US)
        promised = int(self.catalogue.lead_days[products].max()) + 1
        luck = random.random()
        late = luck < _LATE
        days = promised + (int(random.integers(3, 9)) if late else 0)
        arrived_us = paid_us + days * DAY_US + int(random.integers(0, 6 * HOUR_US))
        self._step(order, "completed", arrived_us, reason="late" if late else None)
        damaged = _LATE <= luck < _LATE + _DAMAGED
        if (late or damaged) and customer != NOBODY:
            self.loyalty.hurt_later(self.day + days, customer, BAD_DELIVERY, 1.2 if damaged else 0.9)
        reason, after_days = self._sent_back(late, damaged, PERSONAS[persona].returns)
        if reason:
            refunded_us = arrived_us + after_days * DAY_US + HOUR_US
            self._step(order, "refunded", refunded_us, reason=reason)
            send_payment(self.timeline, self.ids, payment, "refunded", refunded_us + HOUR_US)

    def _sent_back(self, late: bool, damaged: bool, returns: float) -> tuple[str | None, int]:
        """Why a parcel goes back, if it does, and the days until the refund."""
        random = self.random
        if late and random.random() < _REFUSES:
            return "late", 0
        if damaged:
            return "damaged", int(random.integers(1, 4))
        if random.random() < _RETURNS * returns:
            return "returned", int(random.integers(2, 9))
        return None, 0

    def _dispute(self, payment: Payment, paid_us: int, customer: int) -> None:
        """Honest payments that come back: friendly fraud of a few; without signal, anyone's by chance."""
        chance, pattern = _NO_SIGNAL_CHARGEBACKS, BLIND_PATTERN
        if self.signal:
            disputes = customer != NOBODY and bool(self.population.disputes[customer])
            chance, pattern = (0.22 if disputes else 0.0), FRIENDLY_PATTERN
        if self.random.random() < chance:
            self.ledger.fraud(payment.payment_id, pattern, paid_us)
            charge_back(self.timeline, self.ids, payment, paid_us, self.random)

    def _step(self, order: Order, kind: str, at_us: int, *, reason: str | None = None) -> None:
        lines = order.lines if kind in ("cancelled", "refunded") else []
        self.timeline.put(
            "orders.v1",
            replace(order, event_id=self.ids.one("orders.v1"), occurred_at=from_micros(at_us), kind=kind, lines=lines,
                     reason=reason),
        )  # fmt: skip


def send_payment(
    timeline: Timeline, ids: Ids, payment: Payment, kind: str, at_us: int, *, reason: str | None = None
) -> None:
    """A step of a payment, with the payment's own fields."""
    event_id = ids.one("payments.v1")
    step = replace(payment, event_id=event_id, occurred_at=from_micros(at_us), kind=kind, reason=reason)
    timeline.put("payments.v1", step)


def charge_back(timeline: Timeline, ids: Ids, payment: Payment, paid_us: int, random: Random) -> None:
    """The chargeback of a payment, 3 to 30 days later, a week and a half in the middle."""
    days = float(np.clip(random.lognormal(2.2, 0.5), 3, 30))
    send_payment(timeline, ids, payment, "charged_back", paid_us + int(days * DAY_US), reason="fraud_claim")


def _elsewhere(random: Random) -> str:
    return ABROAD[int(random.integers(0, len(ABROAD)))]
