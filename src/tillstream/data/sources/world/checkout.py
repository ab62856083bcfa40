"""From carts to orders: who removes, who abandons, who pays."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Ints, Random
from tillstream.data.sources.world.browsing import Views
from tillstream.data.sources.world.clickstream import Clickstream
from tillstream.data.sources.world.market import MarketDay
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.settings import SECOND_US
from tillstream.data.sources.world.visits import Visits

_REMOVES: Final = 0.08
_STARTS, _SHIPS, _PAYS = 0.78, 0.92, 0.94


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """What is paid for, one entry a line, in order of visit; `decision` is that of its price."""

    visit: Ints
    product: Ints
    quantity: Ints
    price_cents: Ints
    decision: Ints
    paid_us: Ints

    def each(self) -> Iterator[slice]:
        """The lines of one visit after the other."""
        edges = np.flatnonzero(np.diff(self.visit)) + 1
        bounds = [0, *edges.tolist(), len(self.visit)]
        return (slice(a, b) for a, b in pairwise(bounds) if b > a)


def check_out(
    clicks: Clickstream, visits: Visits, views: Views, price_decisions: Ints, market: MarketDay, random: Random
) -> Baskets:
    """Sends the clicks of carts and checkouts and gives what is paid for."""
    carted = np.flatnonzero(views.carted)
    carted = carted[_first_of_pairs(views.visit[carted], views.product[carted])]
    visit, product = views.visit[carted], views.product[carted]
    price, decision = market.price_cents[product], price_decisions[carted]
    quantity = np.where(random.random(len(carted)) < 0.88, 1, 2)
    added_us = views.at_us[carted] + views.dwell_ms[carted] * 800
    everywhere = np.ones(len(carted), dtype=bool)
    amounts = [b',"quantity":%d' % pieces for pieces in quantity.tolist()]
    clicks.clicks(
        "cart_added", visit, added_us, *clicks.products(product, price), clicks.answers(decision, everywhere), amounts
    )
    removed = random.random(len(carted)) < _REMOVES
    gone = np.flatnonzero(removed)
    clicks.clicks("cart_removed", visit[gone], added_us[gone] + 9 * SECOND_US, *clicks.products(product[gone]))
    kept = np.flatnonzero(~removed)
    lasts = np.zeros(visits.size, dtype=np.int64)
    np.maximum.at(lasts, views.visit, views.at_us + views.dwell_ms * 1_000)
    paid_us = _walk_to_the_till(clicks, visits, np.unique(visit[kept]), lasts, random)
    kept = kept[paid_us[visit[kept]] > 0]
    return Baskets(visit[kept], product[kept], quantity[kept], price[kept], decision[kept], paid_us[visit[kept]])


def _walk_to_the_till(clicks: Clickstream, visits: Visits, visit: Ints, lasts: Ints, random: Random) -> Ints:
    """Sends the steps of the checkout; gives for each visit of the day when it pays, 0 if it does not."""
    patience = np.array([p.abandons for p in PERSONAS])[visits.persona]
    paid_us, at_us = np.zeros(visits.size, dtype=np.int64), lasts + 5 * SECOND_US
    going = visit[random.random(len(visit)) < _STARTS ** patience[visit]]
    clicks.clicks("checkout_started", going, at_us[going])
    abandoning = []
    for kind, chance in (("shipping_entered", _SHIPS), ("payment_entered", _PAYS)):
        goes_on = random.random(len(going)) < chance ** patience[going]
        abandoning.append(going[~goes_on])
        going = going[goes_on]
        at_us[going] += (random.gamma(3.0, 12.0, len(going)) * SECOND_US).astype(np.int64)
        clicks.clicks(kind, going, at_us[going])
    left = np.sort(np.concatenate(abandoning))
    clicks.clicks("checkout_abandoned", left, at_us[left] + 90 * SECOND_US)
    paid_us[going] = at_us[going] + 4 * SECOND_US
    return paid_us


def _first_of_pairs(visit: Ints, product: Ints) -> Ints:
    """Where each pair of visit and product stands first: nobody carts the same thing twice in a visit."""
    _, first = np.unique(visit * 1_000_000 + product, return_index=True)
    return np.sort(first)
