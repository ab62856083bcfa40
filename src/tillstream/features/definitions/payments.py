"""Payments by what they were made with: card, device, terminal; and what customers, too, have more of.

A request's own payment is not on the log yet when the decision is asked for, so no feature counts it.
"""

from typing import Final

from tillstream.features.definitions.aggregations import Count, Distinct, Max, Mean, SecondsSince, Sum
from tillstream.features.definitions.families import family, ratio
from tillstream.features.definitions.language import Differ, Feature, kinds

ATTEMPTED: Final = kinds("authorized", "declined")
PAID: Final = kinds("authorized")
DECLINED: Final = kinds("declined")
CHARGED_BACK: Final = kinds("charged_back")


def _more(
    entity: str,
    *,
    payments: str = "",
    paid: str = "",
    mean: str = "",
    declines: str = "",
    chargebacks: str = "",
    **different: str,
) -> tuple[Feature, ...]:
    """The same few counts of payments over more windows; `different` names fields, told apart, by their windows."""
    return (
        *family(entity, "payments", payments, Count(), "Payments tried.", topic="payments", where=ATTEMPTED),
        *family(entity, "paid", paid, Sum("amount_cents"), "Amount of the payments authorized.",
                topic="payments", where=PAID, unit="cents"),
        *family(entity, "payment_mean", mean, Mean("amount_cents"), "Mean amount of the payments authorized.",
                topic="payments", where=PAID, unit="cents"),
        *family(entity, "payment_greatest", "30d", Max("amount_cents"), "The largest amount authorized.",
                topic="payments", where=PAID, unit="cents"),
        *family(entity, "declines", declines, Count(), "Payments declined.", topic="payments", where=DECLINED),
        *family(entity, "chargebacks", chargebacks, Count(), "Payments charged back, as known by then.",
                topic="payments", where=CHARGED_BACK),
        *family(entity, "mismatches", "7d 30d", Count(), "Payments tried with shipping and billing in two countries.",
                topic="payments", where=(*ATTEMPTED, Differ("shipping_country", "billing_country"))),
        *(feature
          for name, windows in different.items()
          for feature in family(entity, f"{name}s", windows, Distinct(f"{name}_id"), f"Different {name}s paid with.",
                                topic="payments", where=ATTEMPTED)),
        *ratio(f"{entity}__decline_rate_1d", f"{entity}__declines_1d", f"{entity}__payments_1d",
               "Payments declined of those tried."),
    )  # fmt: skip


PAYER: Final = (
    *_more("customer", payments="5m", paid="5m 1h", mean="1d 7d", declines="5m 7d 30d", chargebacks="ever",
           card="1d 7d", device="1d 7d"),
    *family("customer", "payment_methods", "90d", Distinct("method"), "Different ways of payment used.",
            topic="payments", where=ATTEMPTED),
    *family("customer", "card_countries", "30d", Distinct("card_country"), "Different countries of cards used.",
            topic="payments", where=ATTEMPTED),
    *family("customer", "abroad", "30d", Count(), "Payments tried with card and connection in two countries.",
            topic="payments", where=(*ATTEMPTED, Differ("card_country", "ip_country"))),
)  # fmt: skip

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
    *_more("card", payments="5m", paid="5m", mean="1d", declines="5m 7d 30d", chargebacks="ever",
           customer="1d 7d", device="1d 7d 30d", terminal="1d"),
    *family("card", "alerts", "7d 30d", Count(), "Fraud patterns seen.", topic="fraud_alerts", online=False),
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
    *_more("device", payments="5m 30d", paid="1h 1d 7d 30d", mean="7d 30d", declines="5m 7d 30d", chargebacks="30d",
           card="1d 30d", customer="1d 7d"),
    *family("device", "seconds_since_payment", "90d", SecondsSince(), "Time since the last payment tried.",
            topic="payments", where=ATTEMPTED, unit="seconds", suffix=""),
    *family("device", "accounts", "30d", Distinct("customer_id"), "Different accounts logged in to on it.",
            topic="accounts", where=kinds("logged_in")),
)  # fmt: skip

TERMINAL: Final = (
    *family("terminal", "payments", "1d 7d 30d", Count(), "Payments tried.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("terminal", "chargebacks", "30d 90d", Count(), "Payments charged back, as known by then.",
            topic="payments", where=CHARGED_BACK, use_cases=("fraud",)),
    *_more("terminal", payments="5m 1h", paid="1d 7d 30d", mean="7d 30d", declines="1h 1d 7d", chargebacks="7d",
           card="1d 7d 30d"),
    *family("terminal", "seconds_since_payment", "90d", SecondsSince(), "Time since the last payment tried.",
            topic="payments", where=ATTEMPTED, unit="seconds", suffix=""),
)  # fmt: skip
