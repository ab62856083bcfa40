"""How a visit goes from product to product: the list, the shelf, what is next to it, what goes with it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Bools, Floats, Ints, Random, cumulative, draw
from tillstream.data.sources.world.catalogue import Catalogue
from tillstream.data.sources.world.categories import CATEGORIES, CATEGORY_NAMES
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.reactions import STYLE_WEIGHT, cart_chances, list_clicks
from tillstream.data.sources.world.settings import SECOND_US
from tillstream.data.sources.world.showing import Shown
from tillstream.data.sources.world.visits import Visits

MOST_VIEWS: Final = 14
_FOLLOWS_RATIO, _SWITCHES_RATIO = 0.6, 0.12
_PARTNER: Final = np.array([CATEGORY_NAMES.index(category.goes_with[0]) for category in CATEGORIES])


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """Products looked at, in order of visit and step; `place` is that in the list it was clicked in, else -1."""

    visit: Ints
    step: Ints
    product: Ints
    at_us: Ints
    dwell_ms: Ints
    place: Ints
    carted: Bools

    @property
    def size(self) -> int:
        """How many views there are."""
        return len(self.visit)


def browse(
    catalogue: Catalogue,
    visits: Visits,
    shown: Shown,
    price_cents: Ints,
    ratio: Floats,
    in_stock: Bools,
    random: Random,
    *,
    signal: bool,
) -> Views:
    """All views of a day's visits. Without signal each is a product drawn blindly, carted blindly."""
    clicked = _clicks_in_lists(catalogue, visits, shown, random, signal=signal)
    length = _lengths(visits, clicked >= 0, random, signal=signal)
    products = _paths(catalogue, visits, shown, clicked, length, random, signal=signal)
    walked = np.arange(MOST_VIEWS) < length[:, None]
    gaps = np.exp(random.normal(3.4, 0.8, walked.shape)).clip(2, 1_200)
    at = visits.start_us[:, None] + (np.cumsum(gaps, axis=1) * SECOND_US).astype(np.int64)
    visit, step = np.nonzero(walked)
    product, persona = products[walked], visits.persona[visit]
    if signal:
        chance = cart_chances(
            catalogue, product, persona, visits.style[visit], visits.price[visit], price_cents[product],
            ratio[product], in_stock[product],
        )  # fmt: skip
    else:
        chance = np.full(len(product), 0.15)
    return Views(
        visit=visit,
        step=step,
        product=product,
        at_us=at[walked],
        dwell_ms=(random.gamma(2.0, 12_000, len(product))).astype(np.int64) + 400,
        place=np.where(step == 0, clicked[visit], -1),
        carted=random.random(len(product)) < chance,
    )


def _clicks_in_lists(catalogue: Catalogue, visits: Visits, shown: Shown, random: Random, *, signal: bool) -> Ints:
    """The place clicked in each visit's list, -1 for none."""
    places = shown.products.shape[1]
    if signal:
        chances = list_clicks(catalogue, shown.products, visits.taste, visits.style)
    else:
        chances = np.full((visits.size, places), 0.5 / places)
    nothing = 1 - chances.sum(axis=1, keepdims=True)
    picked = draw(cumulative(np.concatenate([chances, nothing], axis=1)), random)
    return np.where(picked == places, -1, picked)


def _lengths(visits: Visits, has_clicked: Bools, random: Random, *, signal: bool) -> Ints:
    """Views of each visit; one in eight that clicked nothing leaves at once."""
    depth = np.array([p.depth for p in PERSONAS])[visits.persona] if signal else np.full(visits.size, 4.5)
    length = 1 + random.poisson(random.gamma(1.5, (depth - 1) / 1.5))
    bounced = ~has_clicked & (random.random(visits.size) < 0.125)
    return np.where(bounced, 0, np.minimum(length, MOST_VIEWS))


def _paths(
    catalogue: Catalogue, visits: Visits, shown: Shown, clicked: Ints, length: Ints, random: Random, *, signal: bool
) -> Ints:
    """The products of each visit [visits, MOST_VIEWS]; entries beyond its length mean nothing."""
    rows = np.arange(visits.size)
    if not signal:
        products = random.integers(0, catalogue.size, (visits.size, MOST_VIEWS))
        products[:, 0] = np.where(clicked >= 0, shown.products[rows, clicked], products[:, 0])
        return products
    products = np.zeros((visits.size, MOST_VIEWS), dtype=np.int64)
    intent = visits.intent.copy()
    first = clicked >= 0
    listed = shown.products[rows, clicked]
    intent[first] = catalogue.category[listed[first]]
    shelves = _shelves(catalogue, intent, visits.style)
    products[:, 0] = np.where(first, listed, intent * catalogue.per_category + draw(shelves, random))
    for step in range(1, int(length.max(initial=1))):
        going = np.flatnonzero(length > step)
        before = products[going, step - 1]
        following = catalogue.related[before, draw(catalogue.related_shares[before], random)]
        switching = going[random.random(len(going)) < _SWITCHES_RATIO]
        intent[switching] = _PARTNER[intent[switching]]
        shelves[switching] = _shelves(catalogue, intent[switching], visits.style[switching])
        from_shelf = intent[going] * catalogue.per_category + draw(shelves[going], random)
        products[going, step] = np.where(random.random(len(going)) < _FOLLOWS_RATIO, following, from_shelf)
    return products


def _shelves(catalogue: Catalogue, category: Ints, style: Floats) -> Floats:
    """Running shares over the products of one shelf for each visit, by style and quality."""
    shape = (-1, catalogue.per_category)
    styles = catalogue.style.reshape(*shape, catalogue.style.shape[1])[category]
    match = np.einsum("nkd,nd->nk", styles, style)
    return cumulative(np.exp(STYLE_WEIGHT * match + catalogue.quality.reshape(shape)[category]))
