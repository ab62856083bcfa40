"""Who comes on a day, when, on what device, and with what in mind."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Bools, Floats, Ints, Random, cumulative, draw
from tillstream.data.sources.world.catalogue import STYLES, Catalogue
from tillstream.data.sources.world.market import Campaign, MarketDay
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.population import REGIONS, Population, persona_price, persona_tastes
from tillstream.data.sources.world.settings import DAY_US, HOUR_US

NOBODY: Final = -1
_ANONYMOUS_RATIO: Final = 0.3
_OPENS_RATIO, _MAILED_RATIO, _CLICKS_RATIO = 0.4, 0.3, 0.12
_PERSONA_HOURS: Final = {
    "early": (7, 2.0, 13, 4.0), "office": (12, 1.5, 16, 2.0), "evening": (20, 2.0, 13, 3.5),
    "night": (22, 1.8, 17, 4.0), "weekend": (11, 3.0, 18, 3.0),
}  # fmt: skip
"""Centre and spread, in hours, of the two humps of each kind of day."""


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """A day's visits, one array entry each; `customer` is NOBODY for a walk-in.

    `campaign` is the number of the campaign that brought them, else -1. Hidden: persona, taste (as
    weather, season and promotions bend it today), style, price, intent (the category in mind).
    """

    customer: Ints
    start_us: Ints
    device: Ints
    region: Ints
    persona: Ints
    taste: Floats
    style: Floats
    price: Floats
    intent: Ints
    campaign: Ints

    @property
    def size(self) -> int:
        """How many visits there are."""
        return len(self.customer)


@dataclass(frozen=True, slots=True, eq=False)
class Mailing:
    """A campaign's touches: customers mailed, and which of them opened and clicked."""

    campaign: Campaign
    mailed: Ints
    opened: Ints
    clicked: Ints


def send_campaign(campaign: Campaign, present: Bools, random: Random) -> Mailing:
    """Who is mailed, opens and clicks; each set is within the one before."""
    mailed = np.flatnonzero(present & (random.random(len(present)) < _MAILED_RATIO))
    opened = mailed[random.random(len(mailed)) < _OPENS_RATIO]
    clicked = opened[random.random(len(opened)) < _CLICKS_RATIO / _OPENS_RATIO]
    return Mailing(campaign, mailed, opened, clicked)


def visits_of(
    day_us: int,
    population: Population,
    catalogue: Catalogue,
    market: MarketDay,
    energy: Floats,
    mailing: Mailing | None,
    random: Random,
) -> Visits:
    """The visits that start within a day; `energy` multiplies each customer's visits (0: gone)."""
    expected = population.visits * market.traffic[population.region] * energy
    came = np.repeat(np.arange(population.size), random.poisson(expected))
    clicked = mailing.clicked if mailing else np.empty(0, dtype=np.int64)
    walk_ins = int(random.poisson(_ANONYMOUS_RATIO * expected.sum()))
    customer = np.concatenate([came, clicked, np.full(walk_ins, NOBODY)])
    known = customer != NOBODY
    persona = np.where(known, population.persona[customer], random.integers(0, len(PERSONAS), len(customer)))
    start = day_us + _starts(persona, _is_weekend(day_us), random)
    campaign = np.full(len(customer), -1)
    if mailing:
        campaign[len(came) : len(came) + len(clicked)] = mailing.campaign.number
    keep = np.flatnonzero(~known | (start > population.registered_us[customer] + 60_000_000))
    keep = keep[np.argsort(start[keep], kind="stable")]
    customer, persona, start, campaign, known = customer[keep], persona[keep], start[keep], campaign[keep], known[keep]
    taste, style, price = _minds(customer, persona, known, population, random)
    region = np.where(known, population.region[customer], random.integers(0, len(REGIONS), len(customer)))
    phones = np.array([p.phone for p in PERSONAS])[persona]
    mood = mood_of(taste, market.demand[region], market, catalogue)
    intent = draw(cumulative(mood), random)
    if mailing:
        intent[campaign >= 0] = mailing.campaign.category
    device = (random.random(len(customer)) >= phones).astype(np.int64)
    return Visits(customer, start, device, region, persona, mood, style, price, intent, campaign)


def _minds(
    customer: Ints, persona: Ints, known: Bools, population: Population, random: Random
) -> tuple[Floats, Floats, Floats]:
    """Taste, style and how hard prices bite; a walk-in gets those of their persona."""
    strangers = persona_tastes()[persona] * random.gamma(2.0, 0.5, (len(persona), population.taste.shape[1]))
    strangers /= strangers.sum(axis=1, keepdims=True)
    taste = np.where(known[:, None], population.taste[customer], strangers)
    theirs = random.normal(size=(len(persona), STYLES))
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    style = np.where(known[:, None], population.style[customer], theirs)
    return taste, style, np.where(known, population.price[customer], persona_price()[persona])


def mood_of(taste: Floats, demand: Floats, market: MarketDay, catalogue: Catalogue) -> Floats:
    """Taste as the season, the weather and promoted shelves bend it today; rows sum to 1."""
    promoted = market.discount.reshape(-1, catalogue.per_category).mean(axis=1)
    mood = taste * demand * (1 + 1.5 * promoted)
    summed: Floats = mood / mood.sum(axis=-1, keepdims=True)
    return summed


def _starts(persona: Ints, weekend: bool, random: Random) -> Ints:
    """Microseconds into the day, by the persona's two humps; at the weekend everyone sleeps longer."""
    humps = np.array([_PERSONA_HOURS[p.hours] for p in PERSONAS])[persona]
    main = random.random(len(persona)) < 0.65
    centre, spread = np.where(main, humps[:, 0], humps[:, 2]), np.where(main, humps[:, 1], humps[:, 3])
    hours = centre + weekend * 1.3 + spread * random.normal(size=len(persona))
    started: Ints = (np.mod(hours, 24) * HOUR_US).astype(np.int64) % DAY_US
    return started


def _is_weekend(day_us: int) -> bool:
    return (day_us // DAY_US + 3) % 7 >= 5
