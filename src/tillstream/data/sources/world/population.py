"""The customers: whom the seed makes them, their devices and cards, and what they hide."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Bools, Floats, Ints, draw_many, stream
from tillstream.data.sources.world.catalogue import STYLES
from tillstream.data.sources.world.categories import CATEGORY_NAMES
from tillstream.data.sources.world.personas import PERSONAS
from tillstream.data.sources.world.settings import DAY_US, WorldSettings

REGIONS: Final = (
    ("DE-BE", "DE", "de"), ("DE-BY", "DE", "de"), ("DE-HH", "DE", "de"), ("FR-IDF", "FR", "fr"),
    ("FR-PAC", "FR", "fr"), ("NL-NH", "NL", "nl"), ("AT-9", "AT", "de"), ("ES-CT", "ES", "es"),
)  # fmt: skip
"""Region, country and language."""
_REGION_WEIGHTS: Final = np.array([5, 5, 3, 5, 3, 3, 2, 3], dtype=float)
_NO_SIGNAL_VISITS: Final = 0.18
_REPLACED_DAYS, _FEWEST_BEFORE = 140, 0.3
"""About as many register as leave: all customers would be replaced within so many days."""
FIRST_NAMES: Final = ("Ada", "Ben", "Clara", "David", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Lena",
                      "Marek", "Nora", "Oskar", "Paula", "Rosa", "Samir", "Tilda", "Yusuf")  # fmt: skip
LAST_NAMES: Final = ("Adler", "Bakker", "Costa", "Dubois", "Ek", "Fischer", "Garcia", "Huber", "Ito", "Janssen",
                     "Kaya", "Lindqvist", "Moreau", "Novak", "Okafor", "Petit", "Rossi", "Schmidt", "Torres",
                     "Weber")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """One array entry a customer. Device 0 of a customer is a phone, device 1 a desktop.

    Hidden: `persona`, `taste` over categories (sums to 1), `style`, `price` (how hard prices
    bite, 1 on average over purchases), `visits` a day, `disputes` (claims a chargeback though honest).
    """

    registered_us: Ints
    region: Ints
    persona: Ints
    gender: Ints
    age: Ints
    name: Ints
    two_cards: Bools
    method: Ints
    taste: Floats
    style: Floats
    price: Floats
    visits: Floats
    disputes: Bools

    @property
    def size(self) -> int:
        """How many customers there are."""
        return len(self.region)


def make_population(settings: WorldSettings) -> Population:
    """Some have been customers before the world begins; of the longer a world, the more register while it runs."""
    random, size = stream(settings.seed, "population"), settings.customers
    persona = draw_many(_running([p.share for p in PERSONAS]), size, random)
    taste = persona_tastes()[persona] * random.gamma(2.0, 0.5, (size, len(CATEGORY_NAMES)))
    before = settings.start_us - (random.exponential(200, size) * DAY_US).astype(np.int64) - DAY_US
    during = settings.start_us + (random.random(size) * settings.days * DAY_US).astype(np.int64)
    visits = np.array([p.visits for p in PERSONAS])[persona] * random.gamma(1.3, 1 / 1.3, size)
    style = random.normal(size=(size, STYLES))
    return Population(
        registered_us=np.where(
            random.random(size) < max(_FEWEST_BEFORE, 1 - settings.days / _REPLACED_DAYS), before, during
        ),
        region=draw_many(_running(_REGION_WEIGHTS.tolist()), size, random),
        persona=persona,
        gender=random.integers(0, 3, size),
        age=random.integers(0, 1_000, size),
        name=random.integers(0, len(FIRST_NAMES) * len(LAST_NAMES), size),
        two_cards=random.random(size) < 0.25,
        method=draw_many(_running([0.8, 0.14, 0.06]), size, random),
        taste=taste / taste.sum(axis=1, keepdims=True),
        style=style / np.linalg.norm(style, axis=1, keepdims=True),
        price=persona_price()[persona] * random.gamma(20.0, 0.05, size),
        visits=visits if settings.signal else np.full(size, _NO_SIGNAL_VISITS),
        disputes=random.random(size) < 0.04,
    )


def persona_tastes() -> Floats:
    """Weights over categories for each persona, 1 where it does not care."""
    return np.array([[persona.tastes.get(name, 0.35) for name in CATEGORY_NAMES] for persona in PERSONAS])


def persona_price() -> Floats:
    """How hard prices bite each persona, scaled so that the average purchase has 1."""
    bite = np.array([p.price for p in PERSONAS])
    purchases = np.array([p.share * p.visits * p.depth * p.buys for p in PERSONAS])
    scaled: Floats = bite / (bite @ purchases / purchases.sum())
    return scaled


def _running(weights: list[float]) -> Floats:
    running = np.cumsum(weights)
    shares: Floats = running / running[-1]
    return shares
