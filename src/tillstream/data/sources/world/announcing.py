"""Everything that is not a click: records, stock, weather, prices, promotions, mail, accounts; one struct each."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from tillstream.core.contracts import from_micros
from tillstream.core.contracts.goods import Product, Stock
from tillstream.core.contracts.market import Campaign, CompetitorPrice, Promotion, Weather
from tillstream.core.contracts.people import Account, Customer
from tillstream.data.sources.world.arrays import Floats, Ints, Random
from tillstream.data.sources.world.catalogue import CURRENCY, Catalogue
from tillstream.data.sources.world.categories import CATEGORY_NAMES
from tillstream.data.sources.world.identity import Ids, address_id, customer_id, device_id, visitor_id
from tillstream.data.sources.world.market import MarketDay
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.population import FIRST_NAMES, LAST_NAMES, REGIONS, Population
from tillstream.data.sources.world.settings import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from tillstream.data.sources.world.stockroom import StockChange
from tillstream.data.sources.world.timeline import Timeline
from tillstream.data.sources.world.visits import NOBODY, Mailing, Visits

_GENDERS: Final = ("female", "male", None)
_LOGS_IN, _FAILS, _CHANGES = 0.3, 0.06, 0.004
_COMPETITORS: Final = ("northmart", "quickbuy")
_WEATHER_HOURS, _POLL_DAYS = 3, 3


@dataclass(frozen=True, slots=True)
class Announcer:
    """Sends one day's events about the shop and its surroundings."""

    timeline: Timeline
    ids: Ids
    catalogue: Catalogue
    population: Population
    day_us: int

    def open_shop(self, on_hand: Ints) -> None:
        """The first morning: every product, its stock, and every customer there is."""
        for product in range(self.catalogue.size):
            at_us = self.day_us + product * 1_000
            self._product(product, at_us)
            self._stock(StockChange(product, int(on_hand[product]), int(on_hand[product]), "inventory"), at_us + 500)
        for customer in np.flatnonzero(self.population.registered_us < self.day_us).tolist():
            self._customer(customer, self.day_us + 2 * SECOND_US + customer * 100)

    def register(self) -> None:
        """The customers who register today."""
        registered = self.population.registered_us
        for customer in np.flatnonzero((registered >= self.day_us) & (registered < self.day_us + DAY_US)).tolist():
            at_us = int(registered[customer])
            self._customer(customer, at_us)
            self._account("registered", customer, 0, at_us)

    def log_ins(self, visits: Visits, random: Random) -> None:
        """Some visits begin with a log-in, some of those with a failed one; few change a password or an address."""
        for visit in np.flatnonzero((visits.customer != NOBODY) & (random.random(visits.size) < _LOGS_IN)).tolist():
            customer, device = int(visits.customer[visit]), int(visits.device[visit])
            at_us, luck = int(visits.start_us[visit]) + 2 * SECOND_US, float(random.random())
            for attempt in range(1 if luck >= _FAILS else 2 if luck >= _FAILS / 4 else 4):
                if attempt:
                    self._account("login_failed", customer, device, at_us - attempt * 800_000)
            self._account("logged_in", customer, device, at_us)
            if luck > 1 - _CHANGES:
                self._account("password_changed", customer, device, at_us + MINUTE_US)
            elif luck > 1 - 2 * _CHANGES:
                self._account("address_changed", customer, device, at_us + MINUTE_US)

    def stock(self, changes: list[StockChange], at_us: int) -> None:
        """Stock levels after deliveries or sales."""
        for place, change in enumerate(changes):
            self._stock(change, at_us + place * 1_000)

    def market(self, day: int, market: MarketDay) -> None:
        """Weather every three hours, a third of the competitors' prices, promotions that begin today."""
        for hour in range(0, 24, _WEATHER_HOURS):
            self.weather(
                market.celsius - 4 * np.cos(np.pi * (hour - 3) / 12), market.rain_mm, self.day_us + hour * HOUR_US
            )
        for product in range(day % _POLL_DAYS, self.catalogue.size, _POLL_DAYS):
            self._competitor(product, float(market.ratio[product]), self.day_us + 4 * HOUR_US + product * SECOND_US)
        for promotion in market.promotions:
            if promotion.first != day:
                continue
            event = Promotion(
                event_id=self.ids.one("promotions.v1"),
                occurred_at=from_micros(self.day_us),
                promotion_id=f"promo-{promotion.number:05d}",
                name=promotion.name,
                discount_ratio=promotion.discount,
                starts_at=from_micros(self.day_us),
                ends_at=from_micros(self.day_us + (promotion.last - promotion.first) * DAY_US),
                product_id=None if promotion.product is None else self.catalogue.product_ids[promotion.product],
                category=None if promotion.category is None else CATEGORY_NAMES[promotion.category],
            )
            self.timeline.put("promotions.v1", event)

    def weather(self, celsius: Floats, rain_mm: Floats, at_us: int) -> None:
        """A reading of every region's station."""
        for region, (degrees, rain) in enumerate(zip(celsius.tolist(), rain_mm.tolist(), strict=True)):
            condition = _condition(degrees, rain)
            self.timeline.put(
                "weather.v1",
                Weather(
                    event_id=self.ids.one("weather.v1"),
                    occurred_at=from_micros(at_us),
                    region=REGIONS[region][0],
                    temperature_celsius=round(degrees, 1),
                    precipitation_mm=round(rain / 8, 1),
                    condition=condition,
                ),
            )

    def mail(self, mailing: Mailing) -> None:
        """A campaign's start and its touches; a visit that came of it carries its id."""
        start_us = self.day_us + 6 * HOUR_US
        self._campaign(mailing, "started", None, start_us)
        for kind, customers, after_us in (
            ("email_sent", mailing.mailed, 0), ("email_opened", mailing.opened, HOUR_US),
            ("email_clicked", mailing.clicked, HOUR_US + 40 * SECOND_US),
        ):  # fmt: skip
            for place, customer in enumerate(customers.tolist()):
                self._campaign(mailing, kind, customer, start_us + after_us + place * 20_000)
        self._campaign(mailing, "ended", None, self.day_us + 3 * DAY_US)

    def _campaign(self, mailing: Mailing, kind: str, customer: int | None, at_us: int) -> None:
        category = CATEGORY_NAMES[mailing.campaign.category]
        event = Campaign(
            event_id=self.ids.one("campaigns.v1"),
            occurred_at=from_micros(at_us),
            campaign_id=f"g{mailing.campaign.number:04d}",
            kind=kind,  # type: ignore[arg-type]
            channel="email",
            name=f"{category.title()} news",
            category=category,
            customer_id=None if customer is None else customer_id(customer),
            budget_cents=50_000 if kind == "started" else None,
        )
        self.timeline.put("campaigns.v1", event)

    def _product(self, product: int, at_us: int) -> None:
        shop, category = self.catalogue, self.catalogue.category_of(product)
        event = Product(
            event_id=self.ids.one("products.v1"),
            occurred_at=from_micros(at_us),
            product_id=shop.product_ids[product],
            title=shop.titles[product],
            category=category,
            price_cents=int(shop.list_cents[product]),
            currency=CURRENCY,
            brand=shop.brands[product],
            description=f"{shop.titles[product]}, from our {category} by {shop.brands[product]}.",
            cost_cents=int(shop.cost_cents[product]),
            shipping_estimate_days=int(shop.lead_days[product]),
            variants=1 + product % 5,
            tags=[category, shop.brands[product].lower()],
            image=shop.images[product],
        )
        self.timeline.put("products.v1", event)

    def _stock(self, change: StockChange, at_us: int) -> None:
        event = Stock(
            event_id=self.ids.one("stock.v1"),
            occurred_at=from_micros(at_us),
            product_id=self.catalogue.product_ids[change.product],
            on_hand=change.on_hand,
            warehouse_id="main",
            change=change.change,
            reason=change.reason,
        )
        self.timeline.put("stock.v1", event)

    def _customer(self, customer: int, at_us: int) -> None:
        people, (region, country, language) = self.population, REGIONS[self.population.region[customer]]
        last, first = divmod(int(people.name[customer]), len(FIRST_NAMES))
        name = f"{FIRST_NAMES[first]} {LAST_NAMES[last]}"
        bands = PERSONAS[people.persona[customer]].age_bands
        event = Customer(
            event_id=self.ids.one("customers.v1"),
            occurred_at=from_micros(at_us),
            customer_id=customer_id(customer),
            created_at=from_micros(int(people.registered_us[customer])),
            country=country,
            region=region,
            language=language,
            gender=_GENDERS[people.gender[customer]],
            age_band=bands[people.age[customer] % len(bands)],
            email=f"{name.lower().replace(' ', '.')}.{customer}@example.org",
            name=name,
        )
        self.timeline.put("customers.v1", event)

    def _account(self, kind: str, customer: int, device: int, at_us: int) -> None:
        event = Account(
            event_id=self.ids.one("accounts.v1"),
            occurred_at=from_micros(at_us),
            kind=kind,  # type: ignore[arg-type]
            customer_id=customer_id(customer),
            visitor_id=visitor_id(customer, device),
            device_id=device_id(customer, device),
            ip_country=REGIONS[self.population.region[customer]][1],
            address_id=address_id(customer) if kind == "address_changed" else None,
        )
        self.timeline.put("accounts.v1", event)

    def _competitor(self, product: int, ratio: float, at_us: int) -> None:
        cents = int(self.catalogue.list_cents[product] * ratio)
        event = CompetitorPrice(
            event_id=self.ids.one("competitor_prices.v1"),
            occurred_at=from_micros(at_us),
            product_id=self.catalogue.product_ids[product],
            competitor_id=_COMPETITORS[product % len(_COMPETITORS)],
            price_cents=max(cents, 100),
            currency=CURRENCY,
        )
        self.timeline.put("competitor_prices.v1", event)


def _condition(celsius: float, rain_mm: float) -> Literal["clear", "cloudy", "rain", "snow", "storm"]:
    if rain_mm > 14:
        return "storm"
    if rain_mm > 0.5:
        return "snow" if celsius < 0 else "rain"
    return "cloudy" if rain_mm > 0 or celsius < 8 else "clear"
