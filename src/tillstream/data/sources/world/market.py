"""What surrounds the shop: weather, promotions, campaigns, competitors' prices; and the shop's own price steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from tillstream.core.contracts import from_micros
from tillstream.data.sources.world.arrays import Floats, Ints, draw_many, stream
from tillstream.data.sources.world.catalogue import Catalogue
from tillstream.data.sources.world.categories import CATEGORIES
from tillstream.data.sources.world.population import REGIONS
from tillstream.data.sources.world.settings import WorldSettings

PRICE_STEPS: Final = np.array([0.85, 0.90, 0.95, 1.00, 1.05, 1.10, 1.15])
PRICE_STEP_CHANCES: Final = np.array([0.16, 0.14, 0.13, 0.14, 0.13, 0.14, 0.16])
"""The logged price policy: each product, each day, one of these steps around its list price."""

_MEAN_CELSIUS: Final = np.array([9, 8, 9, 11, 15, 10, 10, 16], dtype=float)
_WEEKDAYS: Final = (0.95, 0.92, 0.95, 1.0, 1.05, 1.1, 1.15)
_PROMOTION_WEEKS: Final = 7
CAMPAIGN_EVERY_DAYS: Final = 6


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion over whole days, `first` up to, not including, `last` (days of the world)."""

    number: int
    name: str
    discount: float
    first: int
    last: int
    category: int | None = None
    product: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MarketDay:
    """A day's surroundings. `demand` is per region and category, `ratio` competitors' cheapest over list price."""

    celsius: Floats
    rain_mm: Floats
    traffic: Floats
    demand: Floats
    promotions: tuple[Promotion, ...]
    discount: Floats
    step: Ints
    price_cents: Ints
    ratio: Floats


class Market:
    """Walks through the days in order; its state is one array a quantity."""

    def __init__(self, settings: WorldSettings, catalogue: Catalogue) -> None:
        self._settings, self._catalogue = settings, catalogue
        random = stream(settings.seed, "market")
        self._anomaly = random.normal(0, 3, len(REGIONS))
        self._log_ratio = random.normal(0, 0.09, catalogue.size)

    def day(self, day: int) -> MarketDay:
        """The surroundings of the next day; days must be asked in order, each once."""
        random, when = stream(self._settings.seed, "market", day), from_micros(self._settings.day_us(day))
        celsius, rain = self._weather(when, random)
        self._log_ratio = 0.93 * self._log_ratio + random.normal(0, 0.035, self._catalogue.size)
        promotions = promotions_on(self._settings, self._catalogue, day)
        discount = _discount(promotions, self._catalogue)
        step = draw_many(np.cumsum(PRICE_STEP_CHANCES), self._catalogue.size, random).clip(max=len(PRICE_STEPS) - 1)
        price = np.round(self._catalogue.list_cents * (1 - discount) * PRICE_STEPS[step]).astype(np.int64)
        return MarketDay(
            celsius=celsius,
            rain_mm=rain,
            traffic=_traffic(when) * (1 + 0.12 * np.tanh(rain / 4)),
            demand=demand_on(when, celsius, rain)
            if self._settings.signal
            else np.ones((len(REGIONS), len(CATEGORIES))),
            promotions=promotions,
            discount=discount,
            step=step,
            price_cents=np.maximum(price, 100),
            ratio=np.exp(self._log_ratio),
        )

    def _weather(self, when: datetime, random: np.random.Generator) -> tuple[Floats, Floats]:
        season = -np.cos(2 * np.pi * (when.timetuple().tm_yday - 20) / 365)
        self._anomaly = 0.75 * self._anomaly + random.normal(0, 2.2, len(REGIONS))
        wet = random.random(len(REGIONS)) < 0.38
        return _MEAN_CELSIUS + 9 * season + self._anomaly, np.where(wet, random.gamma(1.5, 4.0, len(REGIONS)), 0.0)


def _traffic(when: datetime) -> float:
    """Visits of a day over the average: weekday, year's end, payday."""
    yearly = {11: 1.08, 12: 1.18}.get(when.month, 1.0)
    payday = 1.12 if 25 <= when.day <= 28 else 1.0
    return _WEEKDAYS[when.weekday()] * yearly * payday


def demand_on(when: datetime, celsius: Floats, rain: Floats) -> Floats:
    """Each region's appetite for each category: month, cold below 12 degrees, rain."""
    months = np.array([category.months[when.month - 1] for category in CATEGORIES])
    cold = np.tanh((12 - celsius) / 8)[:, None] * np.array([category.cold for category in CATEGORIES])
    wet = np.tanh(rain / 5)[:, None] * np.array([category.rain for category in CATEGORIES])
    shaped: Floats = months * np.exp(cold + wet)
    return shaped


def promotions_on(settings: WorldSettings, catalogue: Catalogue, day: int) -> tuple[Promotion, ...]:
    """The promotions that run on a day, drawn by the week so that nothing is kept."""
    week = day // _PROMOTION_WEEKS
    return tuple(p for p in _promotions_of(settings, catalogue, week) if p.first <= day < p.last)


def _promotions_of(settings: WorldSettings, catalogue: Catalogue, week: int) -> list[Promotion]:
    random, first = stream(settings.seed, "promotions", week), week * _PROMOTION_WEEKS
    made = []
    for number, category in enumerate(random.choice(len(CATEGORIES), 2, replace=False).tolist()):
        start = first + int(random.integers(0, 3))
        discount = float(random.choice([0.1, 0.15, 0.2]))
        name = f"{CATEGORIES[category].name.title()} days"
        made.append(Promotion(week * 100 + number, name, discount, start, start + 4, category=category))
    for number, product in enumerate(random.choice(catalogue.size, catalogue.size // 60, replace=False).tolist()):
        start = first + int(random.integers(0, 4))
        name = f"Deal: {catalogue.titles[product]}"
        made.append(Promotion(week * 100 + 10 + number, name, 0.2, start, start + 3, product=product))
    return made


def _discount(promotions: tuple[Promotion, ...], catalogue: Catalogue) -> Floats:
    """The deepest discount that covers each product."""
    discount = np.zeros(catalogue.size)
    for promotion in promotions:
        covered = (
            np.flatnonzero(catalogue.category == promotion.category)
            if promotion.product is None
            else np.array([promotion.product])
        )
        discount[covered] = np.maximum(discount[covered], promotion.discount)
    return discount


@dataclass(frozen=True, slots=True)
class Campaign:
    """An e-mail campaign for one category, sent on one day."""

    number: int
    category: int
    day: int


def campaign_on(settings: WorldSettings, day: int) -> Campaign | None:
    """The campaign that starts on a day, if one does."""
    number, into = divmod(day, CAMPAIGN_EVERY_DAYS)
    if into != 2:
        return None
    return Campaign(number, int(stream(settings.seed, "campaigns", number).integers(0, len(CATEGORIES))), day)
