"""The people who shop here: sixteen kinds, each with its sentence and traits."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Hours = Literal["early", "office", "evening", "night", "weekend"]


@dataclass(frozen=True, slots=True)
class Persona:
    """One kind of customer.

    `share` of all customers; `visits` a day; `depth` mean products looked at in a visit; `buys`,
    `price` (how hard prices bite), `leaves`, `returns`, `abandons` and `searches` are multiples of
    what is usual; `phone` is the share of visits on a phone; `tastes` are weights over the usual 1.
    """

    name: str
    sentence: str
    share: float
    visits: float
    depth: float
    tastes: MappingProxyType[str, float]
    hours: Hours = "evening"
    buys: float = 1.0
    price: float = 1.0
    leaves: float = 1.0
    returns: float = 1.0
    abandons: float = 1.0
    searches: float = 1.0
    phone: float = 0.55
    age_bands: tuple[str, ...] = field(default=("25-34", "35-44", "45-54"))


def _of(**tastes: float) -> MappingProxyType[str, float]:
    return MappingProxyType(tastes)


PERSONAS: Final = (
    Persona("bargain hunter", "Compares every price and waits for the promotion.", 0.09, 0.45, 5.5,
            _of(shirts=3, shoes=3, kitchen=2), price=1.7, buys=0.8, abandons=1.5, leaves=1.3),
    Persona("loyal regular", "Comes twice a week, knows the shelves, rarely leaves.", 0.08, 0.50, 4.0,
            _of(kitchen=4, lamps=3, shirts=2), buys=1.5, price=0.8, leaves=0.4, age_bands=("35-44", "45-54", "55-64")),
    Persona("window shopper", "Scrolls through everything in the evening and buys little.", 0.07, 0.45, 7.0,
            _of(bags=4, watches=3, jackets=2), buys=0.3, price=1.1, abandons=1.6, phone=0.85),
    Persona("impulse buyer", "Sees it, wants it, has it, sends some of it back.", 0.06, 0.40, 3.5,
            _of(shoes=4, headphones=3, toys=2), "night", buys=2.0, price=0.6, returns=2.0, abandons=0.6, phone=0.8),
    Persona("gadget lover", "Follows every release of phones and headphones.", 0.07, 0.40, 5.0,
            _of(phones=6, headphones=5, cameras=2), "night", buys=1.0, price=0.9, searches=1.6,
            age_bands=("18-24", "25-34")),
    Persona("photographer", "Buys rarely, but lenses and the bag to carry them.", 0.05, 0.28, 5.0,
            _of(cameras=9, bags=3), buys=0.8, price=0.8, searches=1.8, phone=0.3),
    Persona("young family", "Toys, kitchen things and warm jackets, ordered when the children sleep.", 0.08, 0.38, 4.5,
            _of(toys=6, kitchen=4, jackets=2), buys=1.3, price=1.1, age_bands=("25-34", "35-44")),
    Persona("home maker", "Furnishes one room after the other.", 0.06, 0.32, 5.0,
            _of(chairs=6, lamps=5, kitchen=4), "weekend", buys=1.0, price=0.9, phone=0.35),
    Persona("runner", "Wears out four pairs of shoes a year and listens to music meanwhile.", 0.06, 0.34, 3.5,
            _of(shoes=8, watches=2, headphones=2), "early", buys=1.2, price=0.9),
    Persona("outdoor type", "Buys when the weather turns.", 0.06, 0.30, 4.0,
            _of(jackets=7, shoes=3, bags=3), "weekend", buys=1.0, price=0.9),
    Persona("fashion follower", "Builds outfits: shirt, jacket, bag, shoes.", 0.06, 0.45, 6.5,
            _of(shirts=5, jackets=4, bags=4, shoes=4), "evening", buys=1.1, returns=1.8, phone=0.85,
            age_bands=("18-24", "25-34")),
    Persona("gift giver", "Comes with an occasion and leaves with a wrapped watch.", 0.05, 0.22, 4.5,
            _of(watches=5, toys=3, lamps=2), buys=1.3, price=0.7, searches=1.3),
    Persona("office buyer", "Orders chairs and lamps for others, at lunch, on a desktop.", 0.04, 0.35, 3.0,
            _of(chairs=6, lamps=4, phones=2), "office", buys=1.6, price=0.6, leaves=0.7, phone=0.1),
    Persona("student", "Little money, much time, late hours.", 0.05, 0.42, 5.0,
            _of(headphones=4, shirts=3, lamps=2, phones=2), "night", price=1.6, buys=0.6, abandons=1.4, leaves=1.2,
            phone=0.8, age_bands=("18-24",)),
    Persona("restless switcher", "One bad delivery and they are with the competition.", 0.06, 0.36, 4.0,
            _of(phones=3, shoes=3, kitchen=2), price=1.3, leaves=2.2, searches=1.2),
    Persona("quiet senior", "Shops in the morning, reads everything, calls when a parcel is late.", 0.06, 0.28, 3.5,
            _of(kitchen=4, lamps=3, watches=3, shirts=2), "early", buys=1.1, price=0.9, leaves=0.8, phone=0.2,
            age_bands=("55-64", "65+")),
)  # fmt: skip
