"""Payments by what they were made with: card, device, terminal.

A request's own payment is not on the log yet when the decision is asked for, so no feature counts it.
"""

from typing import Final

from tillstream.features.definitions.families import family
from tillstream.features.definitions.language import Count, Distinct, Mean, SecondsSince, Sum, kinds

ATTEMPTED: Final = kinds("authorized", "declined")
PAID: Final = kinds("authorized")
DECLINED: Final = kinds("declined")
CHARGED_BACK: Final = kinds("charged_back")

CARD: Final = (
    *family("card", "payments", "1h 1d 7d 30d", Count(), "Payments tried.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("card", "paid", "1h 1d 7d 30d", Sum("amount_cents"), "Amount of the payments authorized.",
            topic="payments", where=PAID, unit="cents", use_cases=("fraud",)),
    *family("card", "payment_mean", "7d 30d", Mean("amount_cents"), "Mean amount of the payments authorized.",
            topic="payments", where=PAID, unit="cents", use_cases=("fraud",)),
    *family("card", "declines", "1h 1d", Count(), "Payments declined.",
            topic="payments", where=DECLINED, use_cases=("fraud",)),
    *family("card", "customers", "30d", Distinct("customer_id"), "Different customers who used it.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("card", "chargebacks", "30d 90d", Count(), "Payments charged back, as known by then.",
            topic="payments", where=CHARGED_BACK, use_cases=("fraud",)),
    *family("card", "seconds_since_payment", "90d", SecondsSince(), "Time since the last payment tried.",
            topic="payments", where=ATTEMPTED, unit="seconds", suffix="", use_cases=("fraud",)),
)  # fmt: skip

DEVICE: Final = (
    *family("device", "payments", "1h 1d 7d", Count(), "Payments tried.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("device", "declines", "1h 1d", Count(), "Payments declined.",
            topic="payments", where=DECLINED, use_cases=("fraud",)),
    *family("device", "cards", "7d", Distinct("card_id"), "Different cards used on it.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("device", "customers", "30d", Distinct("customer_id"), "Different customers who paid from it.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("device", "chargebacks", "90d", Count(), "Payments charged back, as known by then.",
            topic="payments", where=CHARGED_BACK, use_cases=("fraud",)),
    *family("device", "failed_logins", "1h 1d", Count(), "Log-ins that failed on it.",
            topic="accounts", where=kinds("login_failed"), use_cases=("fraud",)),
)  # fmt: skip

TERMINAL: Final = (
    *family("terminal", "payments", "1d 7d 30d", Count(), "Payments tried.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("terminal", "chargebacks", "30d 90d", Count(), "Payments charged back, as known by then.",
            topic="payments", where=CHARGED_BACK, use_cases=("fraud",)),
)  # fmt: skip
