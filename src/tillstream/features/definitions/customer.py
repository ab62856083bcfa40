"""What a customer buys, how often they come, and what happens to their account."""

from typing import Final

from tillstream.features.definitions.families import family
from tillstream.features.definitions.language import Count, Distinct, Mean, SecondsSince, Sum, Top, kinds
from tillstream.features.definitions.payments import ATTEMPTED, CHARGED_BACK, DECLINED, PAID

_PLACED = kinds("placed")

CUSTOMER: Final = (
    *family("customer", "orders", "7d 30d 90d", Count(), "Orders placed.",
            topic="orders", where=_PLACED, use_cases=("churn", "recommend")),
    *family("customer", "spend", "7d 30d 90d", Sum("total_cents"), "Total of the orders placed.",
            topic="orders", where=_PLACED, unit="cents", use_cases=("churn",)),
    *family("customer", "order_mean", "90d", Mean("total_cents"), "Mean total of an order.",
            topic="orders", where=_PLACED, unit="cents", use_cases=("churn", "fraud")),
    *family("customer", "refunds", "30d 90d", Count(), "Orders refunded or cancelled.",
            topic="orders", where=kinds("refunded", "cancelled"), use_cases=("churn",)),
    *family("customer", "failed_orders", "30d", Count(), "Orders that failed.",
            topic="orders", where=kinds("failed"), use_cases=("churn",)),
    *family("customer", "seconds_since_order", "365d", SecondsSince(), "Time since the last order.",
            topic="orders", where=_PLACED, unit="seconds", suffix="", use_cases=("churn", "fraud")),
    *family("customer", "clicks", "7d 30d 90d", Count(), "Actions on the page while known.",
            topic="clicks", use_cases=("churn",)),
    *family("customer", "active_days", "7d 30d 90d", Distinct("occurred_on"), "Days (UTC) with a visit.",
            topic="clicks", unit="days", use_cases=("churn",)),
    *family("customer", "carts", "30d", Count(), "Products put into the cart.",
            topic="clicks", where=kinds("cart_added"), use_cases=("churn",)),
    *family("customer", "seconds_since_click", "365d", SecondsSince(), "Time since the last visit's last action.",
            topic="clicks", unit="seconds", suffix="", use_cases=("churn",)),
    *family("customer", "taste", "30d", Top("category", 12), "Categories looked at or put into the cart, with counts.",
            topic="clicks", where=kinds("viewed", "cart_added"), default={}, use_cases=("recommend",)),
    *family("customer", "emails_clicked", "30d", Count(), "E-mails of campaigns clicked.",
            topic="campaigns", where=kinds("email_clicked"), use_cases=("churn",)),
    *family("customer", "payments", "1h 1d 7d 30d", Count(), "Payments tried.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("customer", "paid", "1d 7d 30d", Sum("amount_cents"), "Amount of the payments authorized.",
            topic="payments", where=PAID, unit="cents", use_cases=("fraud",)),
    *family("customer", "payment_mean", "30d", Mean("amount_cents"), "Mean amount of the payments authorized.",
            topic="payments", where=PAID, unit="cents", use_cases=("fraud",)),
    *family("customer", "declines", "1h 1d", Count(), "Payments declined.",
            topic="payments", where=DECLINED, use_cases=("fraud",)),
    *family("customer", "cards", "30d", Distinct("card_id"), "Different cards used.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("customer", "devices", "30d", Distinct("device_id"), "Different devices paid from.",
            topic="payments", where=ATTEMPTED, use_cases=("fraud",)),
    *family("customer", "chargebacks", "30d 90d", Count(), "Payments charged back, as known by then.",
            topic="payments", where=CHARGED_BACK, use_cases=("fraud", "churn")),
    *family("customer", "seconds_since_payment", "90d", SecondsSince(), "Time since the last payment tried.",
            topic="payments", where=ATTEMPTED, unit="seconds", suffix="", use_cases=("fraud",)),
    *family("customer", "failed_logins", "1h 1d", Count(), "Log-ins that failed.",
            topic="accounts", where=kinds("login_failed"), use_cases=("fraud",)),
    *family("customer", "password_changes", "7d", Count(), "Passwords changed.",
            topic="accounts", where=kinds("password_changed"), use_cases=("fraud",)),
    *family("customer", "address_changes", "7d", Count(), "Addresses changed.",
            topic="accounts", where=kinds("address_changed"), use_cases=("fraud",)),
    *family("customer", "seconds_since_registration", "365d", SecondsSince(), "Age of the account.",
            topic="accounts", where=kinds("registered"), unit="seconds", suffix="", use_cases=("fraud", "churn")),
)  # fmt: skip
