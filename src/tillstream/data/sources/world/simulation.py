"""The world, day by day: a pure generator; whoever wants files or a log writes what it gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.announcing import Announcer
from tillstream.data.sources.world.arrays import Bools, Floats, Ints, stream
from tillstream.data.sources.world.bots import crawl
from tillstream.data.sources.world.browsing import Views, browse
from tillstream.data.sources.world.catalogue import Catalogue, make_catalogue
from tillstream.data.sources.world.checkout import Baskets, check_out
from tillstream.data.sources.world.clickstream import Clickstream, ProductPieces, names_of
from tillstream.data.sources.world.fraud import Crew, Fresh, Rings, attack
from tillstream.data.sources.world.identity import Ids
from tillstream.data.sources.world.loyalty import COMPETITOR, OUT_OF_STOCK, PRICE, Loyalty
from tillstream.data.sources.world.market import Market, MarketDay, campaign_on
from tillstream.data.sources.world.ordering import Till
from tillstream.data.sources.world.population import Population, make_population
from tillstream.data.sources.world.settings import DAY_US, HOUR_US, WorldSettings
from tillstream.data.sources.world.showing import show_lists
from tillstream.data.sources.world.stockroom import Stockroom
from tillstream.data.sources.world.timeline import Rows, Timeline
from tillstream.data.sources.world.truth import Ledger
from tillstream.data.sources.world.visits import NOBODY, Visits, send_campaign, visits_of

_MEMORY_RATIO: Final = 0.9
"""What the shop still remembers of yesterday's views."""
_UNITS_A_CUSTOMER: Final = 0.12
_CUSTOMERS_A_RING: Final = 500


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """A day's events in order of reception; `number` counts from 0."""

    number: int
    rows: Rows


class World:
    """A shop and its people; `days` runs it once, from its first morning to `until`.

    After that `today` is the market of its last day, and `loyalty` knows who has left.
    """

    today: MarketDay

    def __init__(self, settings: WorldSettings) -> None:
        self.settings = settings
        self.catalogue: Catalogue = make_catalogue(settings.customers, settings.seed)
        self.population: Population = make_population(settings)
        self.ledger = Ledger()
        self.loyalty = Loyalty(self.population, settings.seed, signal=settings.signal)
        self._market = Market(settings, self.catalogue)
        self._stockroom = Stockroom(settings.seed, self.catalogue.size, settings.customers * _UNITS_A_CUSTOMER)
        self._timeline = Timeline()
        self._pieces = ProductPieces(self.catalogue)
        self._fresh = Fresh(settings.customers)
        self._rings = Rings(max(1, round(settings.customers / _CUSTOMERS_A_RING)))
        self._popularity = np.zeros(self.catalogue.size)
        self._affinity = np.zeros((settings.customers, int(self.catalogue.category.max()) + 1))

    def days(self) -> Iterator[Day]:
        """Each day's events; those received later than its midnight come with the day they are received on."""
        for day in range(self.settings.day_count):
            self._live(day)
            end_us = min(self.settings.day_us(day + 1), self.settings.until_us + 1)
            yield Day(day, self._timeline.take_before(end_us))

    def _live(self, day: int) -> None:
        settings, day_us = self.settings, self.settings.day_us(day)
        ids, market = Ids(settings.mark, day), self._market.day(day)
        self.today = market
        announcer = Announcer(self._timeline, ids, self.catalogue, self.population, day_us)
        if day == 0:
            announcer.open_shop(self._stockroom.on_hand)
        announcer.stock(self._stockroom.open_day(day), day_us + 5 * HOUR_US)
        announcer.register()
        announcer.market(day, market)
        if day_us + DAY_US > settings.until_us:
            announcer.weather(market.celsius, market.rain_mm, settings.until_us - 200_000)
        sold = self._shop(day, ids, announcer, market)
        if settings.signal:
            self._defraud(day, ids, market)
        crawl(self._timeline, ids, self._pieces, self.catalogue, day_us, stream(settings.seed, "bots", day))
        announcer.stock(self._stockroom.close_day(day, sold), day_us + DAY_US - 600_000_000)
        self.loyalty.end_day(day, self._registered(day))

    def _shop(self, day: int, ids: Ids, announcer: Announcer, market: MarketDay) -> Ints:
        """A day's visits from list to till; gives the pieces sold of each product."""
        seed, signal, shop = self.settings.seed, self.settings.signal, self.catalogue
        campaign = campaign_on(self.settings, day)
        energy = self.loyalty.energy(day, self._registered(day))
        mailing = send_campaign(campaign, energy > 0, stream(seed, "mail", day)) if campaign else None
        if mailing:
            announcer.mail(mailing)
        visits = visits_of(
            self.settings.day_us(day), self.population, shop, market, energy, mailing, stream(seed, "visits", day)
        )
        names = names_of(visits, day)
        announcer.log_ins(visits, stream(seed, "accounts", day))
        shown = show_lists(
            self._popularity * signal, shop.category, self._remembered(visits) * signal, stream(seed, "lists", day)
        )
        in_stock = self._stockroom.in_stock
        views = browse(
            shop,
            visits,
            shown,
            market.price_cents,
            market.ratio,
            in_stock,
            stream(seed, "browsing", day),
            signal=signal,
        )
        clicks = Clickstream(self._timeline, ids, self._pieces, visits, names, stream(seed, "clicks", day))
        lists = clicks.lists(shown)
        prices = clicks.prices(views.visit, views.at_us + 50_000, views.product, market)
        self._send_views(clicks, views, market, lists)
        clicks.around(views.visit, views.at_us, views.product, views.dwell_ms, views.step)
        baskets = check_out(clicks, visits, views, prices, market, stream(seed, "checkout", day))
        off = np.round(shop.list_cents * market.discount).astype(np.int64)
        Till(
            self._timeline,
            ids,
            self.ledger,
            self.loyalty,
            shop,
            self.population,
            stream(seed, "till", day),
            day,
            signal,
        ).take(visits, names, baskets, off)
        self._remember(visits, views)
        self._disappoint(visits, views, market, in_stock)
        return _sold(baskets, shop.size)

    def _defraud(self, day: int, ids: Ids, market: MarketDay) -> None:
        random, day_us = stream(self.settings.seed, "fraud", day), self.settings.day_us(day)
        crew = Crew(self._timeline, ids, self.ledger, self.catalogue, market.price_cents, self._fresh, random)
        attack(crew, self.population, day_us)
        self._rings.day(crew, day, day_us)

    def _send_views(self, clicks: Clickstream, views: Views, market: MarketDay, lists: Ints) -> None:
        listed = views.place >= 0
        places = [b',"position":%d,"page":"home"' % p if p >= 0 else b"" for p in views.place.tolist()]
        dwell = [b',"duration_ms":%d' % ms for ms in views.dwell_ms.tolist()]
        clicks.clicks(
            "viewed", views.visit, views.at_us, *clicks.products(views.product, market.price_cents[views.product]),
            clicks.answers(lists[views.visit], listed), places, dwell,
        )  # fmt: skip

    def _registered(self, day: int) -> Bools:
        return self.population.registered_us < self.settings.day_us(day + 1)

    def _remembered(self, visits: Visits) -> Floats:
        """The category views the shop remembers of each visit's customer; a walk-in has none."""
        return np.where((visits.customer != NOBODY)[:, None], self._affinity[visits.customer], 0.0)

    def _remember(self, visits: Visits, views: Views) -> None:
        self._popularity = _MEMORY_RATIO * self._popularity + np.bincount(views.product, minlength=self.catalogue.size)
        self._affinity *= _MEMORY_RATIO
        customer = visits.customer[views.visit]
        known = customer != NOBODY
        np.add.at(self._affinity, (customer[known], self.catalogue.category[views.product[known]]), 1.0)

    def _disappoint(self, visits: Visits, views: Views, market: MarketDay, in_stock: Bools) -> None:
        """What hurts at the shelf: sold out, dearer than last seen, dearer than elsewhere."""
        customer = visits.customer[views.visit]
        known = np.flatnonzero(customer != NOBODY)
        customer, product = customer[known], views.product[known]
        asked = market.price_cents[product] / self.catalogue.list_cents[product]
        bite = self.population.price[customer]
        self.loyalty.hurt(customer, OUT_OF_STOCK, 0.35 * ~in_stock[product])
        self.loyalty.hurt(customer, PRICE, 0.10 * bite * (asked > 1.09))
        self.loyalty.hurt(customer, COMPETITOR, 0.30 * bite * (market.ratio[product] / asked < 0.85))


def simulate_days(settings: WorldSettings) -> Iterator[Day]:
    """A world's days, one after the other; the same settings give the same bytes."""
    return World(settings).days()


def _sold(baskets: Baskets, products: int) -> Ints:
    sold: Ints = np.bincount(baskets.product, weights=baskets.quantity, minlength=products).astype(np.int64)
    return sold
