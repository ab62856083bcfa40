"""What people do with what they see: the hidden utility, the same for history and for live visitors."""

from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Bools, Floats, Ints
from tillstream.data.sources.world.catalogue import Catalogue
from tillstream.data.sources.world.personas import PERSONAS

STYLE_WEIGHT: Final = 1.6
COMPETITOR_WEIGHT: Final = 1.2
"""Per cent more bought for one per cent that the cheapest competitor asks more."""
_LIST_CALM, _PLACE_FATIGUE = 1.7, 0.08
_CART_CHANCE: Final = 0.09
_MOST: Final = 0.85


def appeal(catalogue: Catalogue, products: Ints, taste: Floats, style: Floats) -> Floats:
    """Utility of products [n, k] for n people: category taste, style and quality."""
    fond = np.log(taste * taste.shape[1] + 0.02)[np.arange(len(products))[:, None], catalogue.category[products]]
    match = np.einsum("nkd,nd->nk", catalogue.style[products], style)
    total: Floats = fond + STYLE_WEIGHT * match + catalogue.quality[products]
    return total


def list_clicks(catalogue: Catalogue, products: Ints, taste: Floats, style: Floats) -> Floats:
    """Chance of a click on each place of a list [n, k]; what is left to 1 is no click."""
    utility = appeal(catalogue, products, taste, style) - _PLACE_FATIGUE * np.arange(products.shape[1])
    force = np.exp(utility - _LIST_CALM - np.log(products.shape[1] / 4))
    chances: Floats = force / (1 + force.sum(axis=1, keepdims=True))
    return chances


def cart_chances(
    catalogue: Catalogue,
    products: Ints,
    persona: Ints,
    style: Floats,
    price_bite: Floats,
    price_cents: Ints,
    ratio: Floats,
    in_stock: Bools,
) -> Floats:
    """Chance that each looked-at product goes into the cart; one entry a look.

    Falls with price by the product's elasticity and the person's bite, measured against the list
    price; rises where competitors ask more (`ratio`: their cheapest over our list price).
    """
    buys = np.array([p.buys for p in PERSONAS])[persona]
    match = np.einsum("nd,nd->n", catalogue.style[products], style)
    bite = catalogue.elasticity[products] * price_bite
    relative = np.log(price_cents / catalogue.list_cents[products])
    force = np.exp(
        0.5 * match + 0.3 * catalogue.quality[products] - bite * relative + COMPETITOR_WEIGHT * np.log(ratio)
    )
    chances: Floats = np.minimum(_CART_CHANCE * buys * force, _MOST) * in_stock
    return chances
