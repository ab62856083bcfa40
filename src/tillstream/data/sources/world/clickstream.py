"""Visits and views as clicks and impressions, encoded column by column."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tillstream.data.sources.world.arrays import Ints, Objects, Random, objects
from tillstream.data.sources.world.catalogue import Catalogue
from tillstream.data.sources.world.categories import CATEGORY_NAMES
from tillstream.data.sources.world.columns import (
    Column,
    Pieces,
    instants,
    integers,
    join,
    optional,
    quoted,
    ratios,
)
from tillstream.data.sources.world.identity import Ids, customer_id, device_id, visitor_id, walk_in
from tillstream.data.sources.world.market import PRICE_STEP_CHANCES, MarketDay
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.population import REGIONS
from tillstream.data.sources.world.settings import SECOND_US
from tillstream.data.sources.world.showing import POLICY, PRICE_POLICY, Shown
from tillstream.data.sources.world.timeline import Timeline, arrivals
from tillstream.data.sources.world.visits import NOBODY, Visits

DEVICE_TYPES: Final = ("phone", "desktop")
_BROWSERS: Final = ("Chrome Mobile", "Firefox")
_SEARCHES, _HOVERS, _SCROLLS, _REFRESHES = 0.16, 0.12, 0.12, 0.015


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The ids of each visit of a day."""

    visitor: list[str]
    device: list[str]
    customer: list[str | None]


def names_of(visits: Visits, day: int) -> Names:
    """A customer's own ids, or fresh ones for a walk-in."""
    pairs = list(zip(visits.customer.tolist(), visits.device.tolist(), strict=True))
    return Names(
        visitor=[walk_in("v", day, n) if c == NOBODY else visitor_id(c, d) for n, (c, d) in enumerate(pairs)],
        device=[walk_in("d", day, n) if c == NOBODY else device_id(c, d) for n, (c, d) in enumerate(pairs)],
        customer=[None if c == NOBODY else customer_id(c) for c, _ in pairs],
    )


class ProductPieces:
    """A catalogue's fields, encoded once for all days."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.product = Pieces("product_id", catalogue.product_ids)
        self.single = Pieces("product_ids", [[p] for p in catalogue.product_ids])
        self.category = Pieces("category", [CATEGORY_NAMES[c] for c in catalogue.category])
        self.search = Pieces("query", [title.lower() for title in catalogue.titles])
        self.word = Pieces("query", [CATEGORY_NAMES[c] for c in catalogue.category])
        self.quoted: Objects = objects([f'"{p}"'.encode() for p in catalogue.product_ids])
        self.step = Pieces("propensities", [[round(float(chance), 6)] for chance in PRICE_STEP_CHANCES])


class Clickstream:
    """Writes one day's clicks and impressions to the timeline."""

    def __init__(
        self, timeline: Timeline, ids: Ids, pieces: ProductPieces, visits: Visits, names: Names, random: Random
    ) -> None:
        self._timeline, self._ids, self._pieces, self._random = timeline, ids, pieces, random
        self._visits = visits
        self._keys = objects(names.visitor)
        self._click_tail, self._seen_tail = _tails(visits, names)

    def lists(self, shown: Shown) -> Ints:
        """One impression of a list for each visit, a second after it began; gives the decisions' numbers."""
        decisions = self._ids.numbers("decision", self._visits.size)
        places = shown.products.shape[1]
        chances = b"[" + b",".join([b"%.6f"] * places) + b"]"
        head = f',"surface":"for_you","policy":"{POLICY}"'.encode()
        bodies = [
            head + b',"product_ids":[' + b",".join(ids) + b'],"propensities":' + chances % tuple(ratios_)
            for ids, ratios_ in zip(
                self._pieces.quoted[shown.products].tolist(), shown.propensities.tolist(), strict=True
            )
        ]
        self._send_seen(np.arange(self._visits.size), self._visits.start_us + SECOND_US, decisions, bodies)
        return decisions

    def prices(self, visit: Ints, at_us: Ints, product: Ints, market: MarketDay) -> Ints:
        """One impression of a price for each view; gives the decisions' numbers."""
        decisions = self._ids.numbers("decision", len(visit))
        head = f',"surface":"price","policy":"{PRICE_POLICY}"'.encode()
        bodies = [
            b"%b%b%b%b]" % (head, single, step, price)
            for single, step, price in zip(
                self._pieces.single.at(product),
                self._pieces.step.at(market.step[product]),
                [b',"prices_cents":[%d' % cents for cents in market.price_cents[product].tolist()],
                strict=True,
            )
        ]
        self._send_seen(visit, at_us, decisions, bodies)
        return decisions

    def clicks(self, kind: str, visit: Ints, at_us: Ints, *columns: Column) -> None:
        """Clicks of one kind with what the columns say."""
        if len(visit) == 0:
            return
        event_ids = self._ids.many("clicks.v1", len(visit))
        named = [f',"kind":"{kind}"'.encode()] * len(visit)
        tail = self._click_tail[visit].tolist()
        values = join(event_ids, instants(at_us), named, tail, *columns)
        self._timeline.put_columns("clicks.v1", at_us, arrivals(at_us, self._random), self._keys[visit], values)

    def products(self, product: Ints, price_cents: Ints | None = None) -> tuple[Column, ...]:
        """The columns that name products and, if given, their prices."""
        columns = (self._pieces.product.at(product), self._pieces.category.at(product))
        return columns if price_cents is None else (*columns, integers("price_cents", price_cents))

    def answers(self, decisions: Ints, present: Any) -> Column:
        """The `decision_id` column, absent where `present` is false."""
        return optional(quoted("decision_id", self._ids.written("decision", decisions)), present)

    def around(self, visit: Ints, at_us: Ints, product: Ints, dwell_ms: Ints, step: Ints) -> None:
        """Searches before views, hovers, scrolls and refreshes during them."""
        random, size = self._random, len(visit)
        eager = np.array([p.searches for p in PERSONAS])[self._visits.persona[visit]]
        searched = np.flatnonzero(random.random(size) < _SEARCHES * eager * np.where(step == 0, 2.0, 0.7))
        exact = random.random(len(searched)) < 0.4
        pairs = zip(
            self._pieces.search.at(product[searched]), self._pieces.word.at(product[searched]), exact.tolist(),
            strict=True,
        )  # fmt: skip
        self.clicks("searched", visit[searched], at_us[searched] - 1_500_000, [t if e else w for t, w, e in pairs])
        hovered = np.flatnonzero(random.random(size) < _HOVERS)
        self.clicks(
            "hovered", visit[hovered], at_us[hovered] - 700_000, *self.products(product[hovered]),
            integers("duration_ms", random.integers(80, 900, len(hovered))),
        )  # fmt: skip
        scrolled = np.flatnonzero(random.random(size) < _SCROLLS)
        self.clicks(
            "scrolled", visit[scrolled], at_us[scrolled] + dwell_ms[scrolled] * 300, *self.products(product[scrolled]),
            ratios("scroll_ratio", random.random(len(scrolled))),
        )  # fmt: skip
        again = np.flatnonzero(random.random(size) < _REFRESHES)
        self.clicks("refreshed", visit[again], at_us[again] + dwell_ms[again] * 600, *self.products(product[again]))

    def _send_seen(self, visit: Ints, at_us: Ints, decisions: Ints, bodies: Column) -> None:
        event_ids = self._ids.many("impressions.v1", len(visit))
        named = quoted("decision_id", self._ids.written("decision", decisions))
        values = join(event_ids, instants(at_us), self._seen_tail[visit].tolist(), named, bodies)
        self._timeline.put_columns("impressions.v1", at_us, arrivals(at_us, self._random), self._keys[visit], values)


def _tails(visits: Visits, names: Names) -> tuple[Objects, Objects]:
    """What every click, and every impression, of a visit says about who and where."""
    clicks, seen = [], []
    rows = zip(
        names.visitor, names.customer, names.device, visits.device.tolist(), visits.region.tolist(),
        visits.campaign.tolist(), strict=True,
    )  # fmt: skip
    for visitor, customer, device, kind, region, campaign in rows:
        who = f',"visitor_id":"{visitor}"' + (f',"customer_id":"{customer}"' if customer else "")
        on = f'{who},"device_type":"{DEVICE_TYPES[kind]}"'
        place = f',"device_id":"{device}","browser":"{_BROWSERS[kind]}","country":"{REGIONS[region][1]}"'
        mail = (
            f',"campaign_id":"g{campaign:04d}","utm_source":"newsletter","utm_medium":"email"' if campaign >= 0 else ""
        )
        clicks.append(f'{on}{place},"region":"{REGIONS[region][0]}"{mail}'.encode())
        seen.append(on.encode())
    return objects(clicks), objects(seen)
