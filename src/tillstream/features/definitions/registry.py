"""Every feature of the shop, by name."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from tillstream.features.definitions.category import CATEGORY
from tillstream.features.definitions.customer import CUSTOMER
from tillstream.features.definitions.handbook import HANDBOOK
from tillstream.features.definitions.language import Feature, UseCase
from tillstream.features.definitions.outside import REGION, SHOP
from tillstream.features.definitions.payments import CARD, DEVICE, TERMINAL
from tillstream.features.definitions.product import PRODUCT
from tillstream.features.definitions.records import ORDER, PAYMENT, SESSION
from tillstream.features.definitions.visitor import VISITOR
from tillstream.features.errors import UnknownFeature

ENTITIES: Final = (
    VISITOR, CUSTOMER, PRODUCT, CARD, DEVICE, TERMINAL, CATEGORY, REGION, SESSION, ORDER, PAYMENT,
)  # fmt: skip

FEATURES: Final[Mapping[str, Feature]] = MappingProxyType(
    {feature.name: feature for of in (*ENTITIES, SHOP, HANDBOOK) for feature in of}
)


def features_of(use_case: UseCase) -> tuple[Feature, ...]:
    """The features a use case reads, in the registry's order."""
    return tuple(feature for feature in FEATURES.values() if use_case in feature.use_cases)


def features_named(names: Iterable[str]) -> tuple[Feature, ...]:
    """Features in the order named; raises UnknownFeature."""
    found = []
    for name in names:
        if name not in FEATURES:
            raise UnknownFeature(name)
        found.append(FEATURES[name])
    return tuple(found)
