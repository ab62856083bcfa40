"""The features of the Fraud Detection Handbook (ULB and Worldline, chapter 3.3), exact to the event at both ends.

A payment's own event counts, a terminal is judged a week late, when its frauds are known: a chargeback happens a week
after its payment. Night and weekend are shop__night and shop__weekend.
"""

from typing import Final

from tillstream.features.definitions.aggregations import Count, Mean
from tillstream.features.definitions.families import family, ratio
from tillstream.features.definitions.language import EXACT_US
from tillstream.features.definitions.payments import CHARGED_BACK, PAID

_WINDOWS: Final = ("1d", "7d", "30d")

HANDBOOK: Final = tuple(
    feature
    for window in _WINDOWS
    for feature in (
        *family("customer", "exact_payments", window, Count(), "Payments authorized, with the present one.",
                topic="payments", where=PAID, step_us=EXACT_US, online=False),
        *family("customer", "exact_payment_mean", window, Mean("amount_cents"), "Their mean amount.",
                topic="payments", where=PAID, step_us=EXACT_US, unit="cents", online=False),
        *family("terminal", "exact_payments", window, Count(), "Payments authorized until a week ago.",
                topic="payments", where=PAID, step_us=EXACT_US, offset="7d", online=False),
        *family("terminal", "exact_chargebacks", window, Count(), "Chargebacks, so of payments until a week ago.",
                topic="payments", where=CHARGED_BACK, step_us=EXACT_US, online=False),
        *ratio(f"terminal__exact_risk_{window}", f"terminal__exact_chargebacks_{window}",
               f"terminal__exact_payments_{window}_ago_7d", "Payments charged back of those until a week ago.",
               online=False),
    )
)  # fmt: skip
