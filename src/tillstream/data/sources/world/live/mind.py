"""One visitor's mind: the same hidden utility as in history, asked one question at a time."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Floats, Ints, Random, cumulative, draw, draw_many
from tillstream.data.sources.world.catalogue import STYLES, Catalogue
from tillstream.data.sources.world.identity import card_id, customer_id, device_id, visitor_id
from tillstream.data.sources.world.market import MarketDay
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.population import REGIONS, persona_price, persona_tastes
from tillstream.data.sources.world.reactions import STYLE_WEIGHT, cart_chances, list_clicks
from tillstream.data.sources.world.simulation import World
from tillstream.data.sources.world.visits import mood_of

_FOLLOWS_RATIO: Final = 0.6
_WALK_IN_RATIO: Final = 0.23
_SEARCH_RATIO: Final = 0.1


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who the shop sees; countries and ids as they appear in events."""

    visitor_id: str
    device_id: str
    card_id: str
    device_type: str
    country: str
    region: str
    customer_id: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Mind:
    """A persona with today's taste, and style, in front of a catalogue; products are catalogue numbers."""

    catalogue: Catalogue
    market: MarketDay
    persona: int
    taste: Floats
    style: Floats
    price_bite: float
    random: Random

    def looks(self) -> int:
        """How many products this visit may look at."""
        depth = PERSONAS[self.persona].depth
        return min(14, 1 + int(self.random.poisson(self.random.gamma(1.5, (depth - 1) / 1.5))))

    def picks(self, products: list[int]) -> int | None:
        """The place clicked in a list, or None."""
        if not products:
            return None
        shown = np.array([products])
        chances = list_clicks(self.catalogue, shown, self.taste[None], self.style[None])[0]
        place = int(draw_many(np.cumsum([*chances, 1 - chances.sum()]), 1, self.random)[0])
        return place if place < len(products) else None

    def wants(self) -> int:
        """A product from a shelf that is on the visitor's mind today."""
        return self._from_shelf(int(draw(cumulative(self.taste[None]), self.random)[0]))

    def follows(self, product: int) -> int:
        """What is looked at after a product without a list: its neighbour, or another of its shelf."""
        if self.random.random() < _FOLLOWS_RATIO:
            shares = self.catalogue.related_shares[product][None]
            return int(self.catalogue.related[product, int(draw(shares, self.random)[0])])
        return self._from_shelf(int(self.catalogue.category[product]))

    def searches(self) -> bool:
        """Whether the visitor reaches for the search field."""
        return self.happens(_SEARCH_RATIO * PERSONAS[self.persona].searches)

    def carts(self, product: int, price_cents: int) -> bool:
        """Whether the product goes into the cart at that price."""
        looked = np.array([product])
        chance = cart_chances(
            self.catalogue, looked, np.array([self.persona]), self.style[None], np.array([self.price_bite]),
            np.array([max(price_cents, 1)]), self.market.ratio[looked], np.array([True]),
        )  # fmt: skip
        return bool(self.random.random() < chance[0])

    def happens(self, chance: float) -> bool:
        """A draw."""
        return bool(self.random.random() < chance)

    def _from_shelf(self, category: int) -> int:
        first = category * self.catalogue.per_category
        shelf = slice(first, first + self.catalogue.per_category)
        weights = np.exp(STYLE_WEIGHT * self.catalogue.style[shelf] @ self.style + self.catalogue.quality[shelf])
        return first + int(draw(cumulative(weights[None]), self.random)[0])


class Crowd:
    """Draws who comes next from a world that has run: who left stays away."""

    def __init__(self, world: World) -> None:
        self._world, self._market = world, world.today
        self._shares = np.cumsum(self._weights())

    def next(self, number: int, run: str, random: Random) -> tuple[Visitor, Mind]:
        """The next visitor; a walk-in gets ids made of the run and the number."""
        if random.random() < _WALK_IN_RATIO:
            return self._walk_in(number, run, random)
        who = int(draw_many(self._shares / self._shares[-1], 1, random)[0])
        people = self._world.population
        persona, region = int(people.persona[who]), int(people.region[who])
        device = int(random.random() >= PERSONAS[persona].phone)
        visitor = Visitor(
            visitor_id(who, device), device_id(who, device), card_id(who), ("phone", "desktop")[device],
            REGIONS[region][1], REGIONS[region][0], customer_id(who),
        )  # fmt: skip
        return visitor, self._mind(
            persona, region, people.taste[who], people.style[who], float(people.price[who]), random
        )

    def stranger(self, number: int, run: str, random: Random) -> tuple[Visitor, Mind]:
        """Somebody with a new device and a stolen card."""
        return self._walk_in(number, f"{run}x", random)

    def _walk_in(self, number: int, run: str, random: Random) -> tuple[Visitor, Mind]:
        persona, region = int(random.integers(0, len(PERSONAS))), int(random.integers(0, len(REGIONS)))
        taste, style = persona_tastes()[persona], random.normal(size=STYLES)
        visitor = Visitor(
            f"vl{run}-{number:06d}", f"dl{run}-{number:06d}", f"kl{run}-{number:06d}", "phone",
            REGIONS[region][1], REGIONS[region][0],
        )  # fmt: skip
        mind = self._mind(
            persona, region, taste / taste.sum(), style / np.linalg.norm(style), float(persona_price()[persona]), random
        )
        return visitor, mind

    def _mind(self, persona: int, region: int, taste: Floats, style: Floats, price_bite: float, random: Random) -> Mind:
        mood = mood_of(taste, self._market.demand[region], self._market, self._world.catalogue)
        return Mind(self._world.catalogue, self._market, persona, mood, style, price_bite, random)

    def _weights(self) -> Floats:
        day = self._world.settings.day_count
        here: Ints = np.flatnonzero(self._world.population.registered_us < self._world.settings.until_us)
        present = np.zeros(self._world.population.size, dtype=bool)
        present[here] = True
        return self._world.population.visits * self._world.loyalty.energy(day, present)
