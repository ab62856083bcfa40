"""The twelve categories: what they cost, when they sell, what goes with them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Category:
    """One shelf of the shop.

    `months` is the demand of each month, 1 on average; `cold` and `rain` say how much a cold or a
    wet day adds; `elasticity` is how many per cent fewer are sold for one per cent more.
    """

    name: str
    low_cents: int
    high_cents: int
    elasticity: float
    months: tuple[float, ...]
    cold: float
    rain: float
    goes_with: tuple[str, ...]
    brands: tuple[str, ...]
    kinds: tuple[str, ...]


_WINTER: Final = (1.3, 1.2, 1.0, 0.9, 0.7, 0.6, 0.6, 0.7, 1.0, 1.3, 1.4, 1.3)
_SUMMER: Final = (0.7, 0.8, 0.9, 1.1, 1.3, 1.3, 1.2, 1.2, 1.0, 0.9, 0.8, 0.8)
_GIFTS: Final = (0.8, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1.1, 1.4, 1.6)
_EVEN: Final = (1.0,) * 12

CATEGORIES: Final = (
    Category("shoes", 4_900, 18_900, 2.6, _EVEN, 0.1, 0.3, ("bags", "shirts"),
             ("Aster", "Norrland", "Velo", "Pace & Co", "Kestrel", "Tamo"),
             ("City Sneaker", "Canvas High-top", "Trail Runner", "Leather Boot",
              "Court Sneaker", "Street High-top", "Road Racer", "Walking Boot")),
    Category("jackets", 6_900, 34_900, 1.9, _WINTER, 0.8, 0.5, ("shoes", "shirts"),
             ("Norrland", "Fjellhus", "Aster", "Harbour", "Monte", "Kestrel"),
             ("Bomber", "Wool Coat", "Down Jacket", "Rain Jacket",
              "College Jacket", "Pea Coat", "Puffer", "Sailing Jacket")),
    Category("shirts", 1_900, 8_900, 3.1, _SUMMER, -0.2, -0.1, ("jackets", "watches"),
             ("Linnea", "Harbour", "Tamo", "Oak & Thread", "Monte", "Pace & Co"),
             ("Pocket Tee", "Polo", "Oxford Shirt", "Striped Tee",
              "Merino Tee", "Cotton Polo", "Linen Shirt", "Sailor Tee")),
    Category("bags", 3_900, 22_900, 2.2, _EVEN, 0.0, 0.1, ("shoes", "cameras"),
             ("Carry", "Fjellhus", "Harbour", "Oak & Thread", "Velo", "Nomad"),
             ("Tote", "Day Pack", "Satchel", "Weekender",
              "Shopper", "School Pack", "Messenger Bag", "Duffel")),
    Category("watches", 7_900, 59_900, 1.4, _GIFTS, 0.0, 0.0, ("shirts", "phones"),
             ("Meridian", "Tick", "Harbour", "Orbis", "Lumen", "Kestrel"),
             ("Field Watch", "Diver", "Smart Watch", "Chronograph",
              "Dress Watch", "Steel Watch", "Fitness Watch", "Pilot Chronograph")),
    Category("headphones", 2_900, 39_900, 2.8, _GIFTS, 0.1, 0.1, ("phones", "watches"),
             ("Sonar", "Quiet", "Beatline", "Auralis", "Lumen", "Hertz"),
             ("Noise Canceller", "Studio Monitor", "On-ear", "Earbuds",
              "Open-back", "Mixing Headphones", "Travel On-ear", "Sport Buds")),
    Category("phones", 19_900, 119_900, 3.4, _GIFTS, 0.0, 0.0, ("headphones", "cameras"),
             ("Pomelo", "Lumen", "Orbis", "Nordtel", "Hexa", "Slate"),
             ("Phone", "Phone Plus", "Phone Pro", "Compact Phone",
              "Phone Mini", "Phone Max", "Phone Ultra", "Photo Phone")),
    Category("cameras", 24_900, 189_900, 2.0, _SUMMER, -0.1, -0.3, ("bags", "phones"),
             ("Iris", "Lumen", "Prism", "Hexa", "Solis", "Optika"),
             ("Mirrorless", "Rangefinder", "Compact", "Instant Camera",
              "System Camera", "Street Camera", "Travel Compact", "Party Camera")),
    Category("lamps", 2_400, 21_900, 1.8, _WINTER, 0.2, 0.2, ("chairs", "kitchen"),
             ("Glow", "Lumen", "Studio Nord", "Halo", "Kerze", "Bauhof"),
             ("Table Lamp", "Arc Lamp", "Mushroom Lamp", "Desk Lamp",
              "Bedside Lamp", "Reading Arc", "Dome Lamp", "Work Lamp")),
    Category("chairs", 5_900, 49_900, 1.6, _EVEN, 0.0, 0.1, ("lamps", "kitchen"),
             ("Studio Nord", "Bauhof", "Sitwell", "Oak & Thread", "Form", "Hygge"),
             ("Armchair", "Dining Chair", "Bar Stool", "Desk Chair",
              "Lounge Chair", "Shell Chair", "Counter Stool", "Office Chair")),
    Category("kitchen", 1_400, 27_900, 2.4, _GIFTS, 0.1, 0.1, ("lamps", "toys"),
             ("Copperpot", "Mise", "Hygge", "Kerze", "Panna", "Bauhof"),
             ("Kettle", "Coffee Cup", "Casserole", "Coffee Press",
              "Stove Kettle", "Tea Cup", "Stock Pot", "Tea Press")),
    Category("toys", 900, 11_900, 2.9, _GIFTS, 0.1, 0.2, ("kitchen", "chairs"),
             ("Kubi", "Wooden Way", "Pip", "Robo", "Hygge", "Little Loop"),
             ("Wooden Car", "Stacking Rings", "Plush Bear", "Rocket",
              "Racing Car", "Ring Tower", "Teddy", "Space Rocket")),
)  # fmt: skip

CATEGORY_NAMES: Final = tuple(category.name for category in CATEGORIES)
