"""The patterns of fraud, in words and in events. Rates are attacks a day for 1,000 customers."""

from collections.abc import Callable
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Ints
from tillstream.data.sources.world.fraud.crew import Crew, Face
from tillstream.data.sources.world.identity import address_id, card_id, customer_id, device_id, visitor_id
from tillstream.data.sources.world.ordering import ABROAD, send_payment
from tillstream.data.sources.world.population import REGIONS, Population
from tillstream.data.sources.world.settings import DAY_US, HOUR_US, MINUTE_US, SECOND_US

Attack = Callable[[Crew, Population, int], None]


def attack(crew: Crew, population: Population, day_us: int) -> None:
    """Every pattern's attacks of a day."""
    for rate, pattern in _RATES:
        for _ in range(int(crew.random.poisson(rate * population.size / 1_000))):
            pattern(crew, population, day_us + int(crew.random.beta(1.3, 1.1) * DAY_US * 0.97))


def card_testing(crew: Crew, population: Population, at_us: int) -> None:  # noqa: ARG001
    """Many tiny payments with a handful of stolen cards on one device; the card that works buys something big."""
    random, home = crew.random, any_country(crew)
    face = crew.stranger(home, any_country(crew), any_country(crew))
    works = face
    for _ in range(int(random.integers(7, 14))):
        tried = face.with_card(crew.fresh.take()) if random.random() < 0.5 else works
        payment = crew.payment(tried, int(random.integers(100, 500)), None, at_us)
        if random.random() < 0.6:
            send_payment(crew.timeline, crew.ids, payment, "declined", at_us, reason="do_not_honor")
            crew.ledger.fraud(payment.payment_id, "card_testing", at_us)
        else:
            crew.pay(payment, "card_testing", at_us)
            works = tried
        at_us += int(random.gamma(2.0, 20.0) * SECOND_US)
    crew.buy(works, "card_testing", loot(crew, 0.75), at_us + 4 * MINUTE_US)


def stolen_card(crew: Crew, population: Population, at_us: int) -> None:  # noqa: ARG001
    """A guest with a foreign card on a new device buys something dear, often after a decline or two."""
    random, home = crew.random, any_country(crew)
    careful = random.random() < 0.25
    face = crew.stranger(home, home if careful else any_country(crew), home if careful else any_country(crew))
    crew.buy(face, "stolen_card", loot(crew, 0.55), at_us, declines=int(random.choice([0, 0, 1, 2])))


def account_takeover(crew: Crew, population: Population, at_us: int) -> None:
    """Failed log-ins, a log-in on a new device, password and address changed, a dear order on the saved card."""
    random = crew.random
    victim = int(random.integers(0, population.size))
    if population.registered_us[victim] >= at_us:
        return
    home, number = REGIONS[population.region[victim]][1], crew.fresh.take()
    face = Face(
        visitor_id=visitor_id(number, 0),
        device_id=device_id(number, 0),
        card_id=card_id(victim),
        card_country=home,
        ip_country=any_country(crew),
        shipping_country=home if random.random() < 0.4 else any_country(crew),
        billing_country=home,
        customer_id=customer_id(victim),
        address_id=address_id(number),
    )
    for _ in range(int(random.integers(3, 7))):
        crew.account(face, "login_failed", at_us)
        at_us += int(random.integers(3, 20)) * SECOND_US
    for kind in ("logged_in", "password_changed", "address_changed"):
        crew.account(face, kind, at_us)
        at_us += int(random.integers(20, 90)) * SECOND_US
    crew.buy(face, "account_takeover", loot(crew, 0.6), at_us)


def fresh_account(crew: Crew, population: Population, at_us: int) -> None:  # noqa: ARG001
    """An account minutes old orders something dear; billing and shipping do not match."""
    home = any_country(crew)
    face = crew.open_account(crew.stranger(home, any_country(crew), any_country(crew)), home, at_us)
    crew.buy(face, "fresh_account", loot(crew, 0.6), at_us + int(crew.random.integers(2, 15)) * MINUTE_US)


def travelling_card(crew: Crew, population: Population, at_us: int) -> None:  # noqa: ARG001
    """One card ships to several countries within hours, from a device each time another."""
    home = any_country(crew)
    card = crew.fresh.take()
    for country in crew.random.permutation(ABROAD)[: int(crew.random.integers(3, 5))].tolist():
        face = crew.stranger(home, country, country).with_card(card)
        crew.buy(face, "travelling_card", loot(crew, 0.4), at_us)
        at_us += int(crew.random.gamma(2.0, 1.0) * HOUR_US)


def loot(crew: Crew, floor_rank: float) -> Ints:
    """One or two products, dear ones: from above that rank of list prices."""
    order = np.argsort(crew.catalogue.list_cents, kind="stable")
    pool = order[int(floor_rank * len(order)) :]
    taken: Ints = crew.random.choice(pool, int(crew.random.integers(1, 3)), replace=False)
    return taken


def any_country(crew: Crew) -> str:
    """One of the countries the shop ships to."""
    return ABROAD[int(crew.random.integers(0, len(ABROAD)))]


_RATES: Final[tuple[tuple[float, Attack], ...]] = (
    (0.12, card_testing),
    (1.1, stolen_card),
    (0.7, account_takeover),
    (0.7, fresh_account),
    (0.3, travelling_card),
)
