"""What a payment says by itself, and beside what its card and customer usually do."""

import math
from collections.abc import Mapping
from typing import Final

PAYMENT_VALUES: Final = (
    "payment__amount_cents",
    "payment__hour",
    "payment__countries",
    "payment__card_abroad",
    "payment__ships_abroad",
    "payment__over_card_mean",
    "payment__over_customer_mean",
)
NEVER: Final = -1.0
"""Stands for a value that is not there: nothing to compare with."""

_HOUR_US: Final = 3_600_000_000


def payment_values(payment: Mapping[str, object], at_us: int, features: Mapping[str, float | None]) -> dict[str, float]:
    """The values named in PAYMENT_VALUES; `payment` has the fields of a request or of an event.

    `features` are those of its card and customer, where they are known.
    """
    amount = float(str(payment["amount_cents"]))
    card, ip = payment.get("card_country"), payment.get("ip_country")
    shipping, billing = payment.get("shipping_country"), payment.get("billing_country")
    countries = {country for country in (card, ip, shipping, billing) if country}
    values = (
        amount,
        float(at_us // _HOUR_US % 24),
        float(len(countries)),
        float(bool(card and ip and card != ip)),
        float(bool(shipping and billing and shipping != billing)),
        _over(amount, features.get("card__payment_mean_30d")),
        _over(amount, features.get("customer__payment_mean_30d")),
    )
    return dict(zip(PAYMENT_VALUES, values, strict=True))


def _over(amount: float, mean: float | None) -> float:
    return NEVER if mean is None or math.isnan(mean) or mean <= 0 else amount / mean
