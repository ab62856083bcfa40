"""What every fraud does, whatever its pattern: appear as somebody, click, order, pay, be charged back."""

from dataclasses import dataclass, replace
from typing import Final

from tillstream.core.contracts import from_micros
from tillstream.core.contracts.behaviour import Click
from tillstream.core.contracts.money import Order, OrderLine, Payment
from tillstream.core.contracts.people import Account, Customer
from tillstream.data.sources.world.arrays import Ints, Random
from tillstream.data.sources.world.catalogue import CURRENCY, Catalogue
from tillstream.data.sources.world.identity import Ids, address_id, card_id, customer_id, device_id, visitor_id
from tillstream.data.sources.world.ordering import charge_back, send_payment
from tillstream.data.sources.world.settings import DAY_US, HOUR_US, SECOND_US
from tillstream.data.sources.world.timeline import Timeline
from tillstream.data.sources.world.truth import Ledger

_CHARGED_BACK_RATIO: Final = 0.9


@dataclass(slots=True)
class Fresh:
    """Numbers nobody has had: accounts, devices and cards go on from the last customer's."""

    next_number: int

    def take(self) -> int:
        """The next one."""
        self.next_number += 1
        return self.next_number - 1


@dataclass(frozen=True, slots=True)
class Face:
    """Whom a fraudster appears as; countries as the shop sees them."""

    visitor_id: str
    device_id: str
    card_id: str
    card_country: str
    ip_country: str
    shipping_country: str
    billing_country: str
    customer_id: str | None = None
    address_id: str | None = None

    def with_card(self, number: int, country: str | None = None) -> "Face":
        """The same, paying with another card."""
        return replace(self, card_id=card_id(number), card_country=country or self.card_country)


@dataclass(frozen=True, slots=True)
class Crew:
    """Sends what fraudsters do on one day."""

    timeline: Timeline
    ids: Ids
    ledger: Ledger
    catalogue: Catalogue
    price_cents: Ints
    fresh: Fresh
    random: Random

    def stranger(self, country: str, ip_country: str, shipping_country: str) -> Face:
        """Somebody new on a new device with a card of `country`."""
        number = self.fresh.take()
        return Face(
            visitor_id=visitor_id(number, 0),
            device_id=device_id(number, 0),
            card_id=card_id(number),
            card_country=country,
            ip_country=ip_country,
            shipping_country=shipping_country,
            billing_country=country,
        )

    def open_account(self, face: Face, country: str, at_us: int) -> Face:
        """Registers a new customer and gives the face with that account."""
        number = self.fresh.take()
        new = replace(face, customer_id=customer_id(number), address_id=address_id(number))
        self.timeline.put(
            "customers.v1",
            Customer(
                event_id=self.ids.one("customers.v1"),
                occurred_at=from_micros(at_us),
                customer_id=customer_id(number),
                created_at=from_micros(at_us),
                country=country,
                email=f"user{number}@example.net",
            ),
        )
        self.account(new, "registered", at_us)
        return new

    def account(self, face: Face, kind: str, at_us: int) -> None:
        """Something done to the face's account."""
        event = Account(
            event_id=self.ids.one("accounts.v1"),
            occurred_at=from_micros(at_us),
            kind=kind,  # type: ignore[arg-type]
            customer_id=face.customer_id,
            visitor_id=face.visitor_id,
            device_id=face.device_id,
            ip_country=face.ip_country,
            address_id=face.address_id if kind == "address_changed" else None,
        )
        self.timeline.put("accounts.v1", event)

    def buy(self, face: Face, pattern: str, products: Ints, at_us: int, *, declines: int = 0) -> int:
        """Clicks straight to the till, orders and pays, after `declines` refusals; gives when it was paid."""
        for product in products.tolist():
            self._click(face, "viewed", at_us, product)
            self._click(face, "cart_added", at_us + self._pause(20), product)
            at_us += self._pause(40)
        for kind in ("checkout_started", "shipping_entered", "payment_entered"):
            at_us += self._pause(12)
            self._click(face, kind, at_us)
        order = self._order(face, products, at_us + 2 * SECOND_US)
        self.timeline.put("orders.v1", order)
        at_us += 15 * SECOND_US
        payment = self.payment(face, order.total_cents, order.order_id, at_us)
        for _ in range(declines):
            send_payment(self.timeline, self.ids, payment, "declined", at_us, reason="suspected_fraud")
            self.ledger.fraud(payment.payment_id, pattern, at_us)
            at_us += self._pause(45)
            payment = self.payment(face, order.total_cents, order.order_id, at_us)
        self.pay(payment, pattern, at_us)
        arrives_us = at_us + int(self.random.integers(2, 6)) * DAY_US
        self.timeline.put("orders.v1", self._delivered(order, arrives_us))
        return at_us

    def payment(self, face: Face, amount_cents: int, order_id: str | None, at_us: int) -> Payment:
        """A payment of the face under a new id, not yet sent."""
        return Payment(
            event_id="unsent",
            occurred_at=from_micros(at_us),
            payment_id=self.ids.one("payment"),
            kind="authorized",
            amount_cents=amount_cents,
            currency=CURRENCY,
            order_id=order_id,
            customer_id=face.customer_id,
            visitor_id=face.visitor_id,
            card_id=face.card_id,
            device_id=face.device_id,
            method="card",
            card_country=face.card_country,
            ip_country=face.ip_country,
            shipping_country=face.shipping_country,
            billing_country=face.billing_country,
        )

    def pay(self, payment: Payment, pattern: str, at_us: int) -> None:
        """A payment that goes through: captured, and charged back if its owner notices."""
        self.ledger.fraud(payment.payment_id, pattern, at_us)
        send_payment(self.timeline, self.ids, payment, "authorized", at_us)
        send_payment(self.timeline, self.ids, payment, "captured", at_us + 2 * HOUR_US)
        if self.random.random() < _CHARGED_BACK_RATIO:
            charge_back(self.timeline, self.ids, payment, at_us, self.random)

    def _pause(self, seconds: float) -> int:
        return int(self.random.gamma(2.0, seconds / 2) * SECOND_US) + SECOND_US

    def _click(self, face: Face, kind: str, at_us: int, product: int | None = None) -> None:
        event = Click(
            event_id=self.ids.one("clicks.v1"),
            occurred_at=from_micros(at_us),
            visitor_id=face.visitor_id,
            kind=kind,  # type: ignore[arg-type]
            customer_id=face.customer_id,
            product_id=None if product is None else self.catalogue.product_ids[product],
            category=None if product is None else self.catalogue.category_of(product),
            price_cents=None if product is None else int(self.price_cents[product]),
            device_id=face.device_id,
            device_type="phone",
            country=face.ip_country,
        )
        self.timeline.put("clicks.v1", event)

    def _order(self, face: Face, products: Ints, at_us: int) -> Order:
        lines = [
            OrderLine(
                product_id=self.catalogue.product_ids[product],
                quantity=1,
                unit_price_cents=int(self.price_cents[product]),
            )
            for product in products.tolist()
        ]
        return Order(
            event_id=self.ids.one("orders.v1"),
            occurred_at=from_micros(at_us),
            order_id=self.ids.one("order"),
            kind="placed",
            lines=lines,
            total_cents=sum(line.unit_price_cents for line in lines),
            currency=CURRENCY,
            customer_id=face.customer_id,
            visitor_id=face.visitor_id,
            payment_method="card",
            shipping_address_id=face.address_id,
            shipping_country=face.shipping_country,
            billing_country=face.billing_country,
            device_id=face.device_id,
        )

    def _delivered(self, order: Order, at_us: int) -> Order:
        return Order(
            event_id=self.ids.one("orders.v1"),
            occurred_at=from_micros(at_us),
            order_id=order.order_id,
            kind="completed",
            lines=[],
            total_cents=order.total_cents,
            currency=CURRENCY,
            customer_id=order.customer_id,
            visitor_id=order.visitor_id,
            payment_method="card",
            shipping_country=order.shipping_country,
            billing_country=order.billing_country,
            device_id=order.device_id,
        )
