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
             ("Trail Runner", "City Sneaker", "Leather Boot", "Canvas Shoe", "Road Racer", "Loafer")),
    Category("jackets", 6_900, 34_900, 1.9, _WINTER, 0.8, 0.5, ("shoes", "shirts"),
             ("Norrland", "Fjellhus", "Aster", "Harbour", "Monte", "Kestrel"),
             ("Rain Shell", "Down Parka", "Field Jacket", "Fleece", "Bomber", "Wool Coat")),
    Category("shirts", 1_900, 8_900, 3.1, _SUMMER, -0.2, -0.1, ("jackets", "watches"),
             ("Linnea", "Harbour", "Tamo", "Oak & Thread", "Monte", "Pace & Co"),
             ("Oxford Shirt", "Linen Shirt", "Merino Tee", "Flannel Shirt", "Polo", "Striped Tee")),
    Category("bags", 3_900, 22_900, 2.2, _EVEN, 0.0, 0.1, ("shoes", "cameras"),
             ("Carry", "Fjellhus", "Harbour", "Oak & Thread", "Velo", "Nomad"),
             ("Day Pack", "Tote", "Messenger Bag", "Weekender", "Sling", "Roll Top")),
    Category("watches", 7_900, 59_900, 1.4, _GIFTS, 0.0, 0.0, ("shirts", "phones"),
             ("Meridian", "Tick", "Harbour", "Orbis", "Lumen", "Kestrel"),
             ("Field Watch", "Chronograph", "Dress Watch", "Diver", "Smart Watch", "Pocket Watch")),
    Category("headphones", 2_900, 39_900, 2.8, _GIFTS, 0.1, 0.1, ("phones", "watches"),
             ("Sonar", "Quiet", "Beatline", "Auralis", "Lumen", "Hertz"),
             ("Earbuds", "Studio Monitor", "Noise Canceller", "Sport Buds", "Open-back", "Gaming Headset")),
    Category("phones", 19_900, 119_900, 3.4, _GIFTS, 0.0, 0.0, ("headphones", "cameras"),
             ("Pomelo", "Lumen", "Orbis", "Nordtel", "Hexa", "Slate"),
             ("Phone", "Phone Plus", "Compact Phone", "Phone Pro", "Outdoor Phone", "Folding Phone")),
    Category("cameras", 24_900, 189_900, 2.0, _SUMMER, -0.1, -0.3, ("bags", "phones"),
             ("Iris", "Lumen", "Prism", "Hexa", "Solis", "Optika"),
             ("Mirrorless", "Action Cam", "Compact", "Instant Camera", "Zoom Lens", "Prime Lens")),
    Category("lamps", 2_400, 21_900, 1.8, _WINTER, 0.2, 0.2, ("chairs", "kitchen"),
             ("Glow", "Lumen", "Studio Nord", "Halo", "Kerze", "Bauhof"),
             ("Desk Lamp", "Floor Lamp", "Pendant", "Night Light", "Wall Lamp", "Lantern")),
    Category("chairs", 5_900, 49_900, 1.6, _EVEN, 0.0, 0.1, ("lamps", "kitchen"),
             ("Studio Nord", "Bauhof", "Sitwell", "Oak & Thread", "Form", "Hygge"),
             ("Desk Chair", "Lounge Chair", "Dining Chair", "Stool", "Rocking Chair", "Garden Chair")),
    Category("kitchen", 1_400, 27_900, 2.4, _GIFTS, 0.1, 0.1, ("lamps", "toys"),
             ("Copperpot", "Mise", "Hygge", "Kerze", "Panna", "Bauhof"),
             ("Chef's Knife", "Espresso Maker", "Cast Iron Pan", "Kettle", "Hand Mixer", "Storage Set")),
    Category("toys", 900, 11_900, 2.9, _GIFTS, 0.1, 0.2, ("kitchen", "chairs"),
             ("Kubi", "Wooden Way", "Pip", "Robo", "Hygge", "Little Loop"),
             ("Train Set", "Puzzle", "Plush Bear", "Building Blocks", "Science Kit", "Board Game")),
)  # fmt: skip

CATEGORY_NAMES: Final = tuple(category.name for category in CATEGORIES)
