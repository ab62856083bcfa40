"""Customers: what the models of churn and fraud read, then what else is known of a customer and their account."""

from typing import Final

from tillstream.features.definitions.aggregations import Count, Distinct, Given, Last, Mean, SecondsSince, Sum, Top
from tillstream.features.definitions.families import asked, family
from tillstream.features.definitions.language import kinds
from tillstream.features.definitions.payments import ATTEMPTED, CHARGED_BACK, DECLINED, PAID, PAYER
from tillstream.features.definitions.shopping import SHOPPING

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
    *SHOPPING,
    *PAYER,
    *family("customer", "failed_logins", "5m 7d", Count(), "Log-ins that failed.",
            topic="accounts", where=kinds("login_failed")),
    *family("customer", "logins", "1d 7d 30d", Count(), "Log-ins.", topic="accounts", where=kinds("logged_in")),
    *family("customer", "address_changes", "30d", Count(), "Addresses changed.",
            topic="accounts", where=kinds("address_changed")),
    *family("customer", "login_devices", "30d", Distinct("device_id"), "Different devices logged in from.",
            topic="accounts", where=kinds("logged_in")),
    *family("customer", "alerts", "1d 7d", Count(), "Fraud patterns seen: whether they are suspicious now.",
            topic="fraud_alerts", online=False),
    *family("customer", "alert_pattern", "30d", Last("pattern"), "Fraud pattern last seen.",
            topic="fraud_alerts", suffix="last", online=False),
    *(feature
      for what, field, words, personal in (
          ("country", "country", "Country of the account.", False),
          ("region", "region", "Region of the account.", False),
          ("language", "language", "Language of the account.", False),
          ("gender", "gender", "Gender, as told.", True), ("age_band", "age_band", "Age band, as told.", True),
          ("created_at", "created_at", "When the account was made, in microseconds since 1970.", False),
      )
      for feature in family("customer", what, "ever", Last(field), words, topic="customers", suffix="",
                            personal=personal, online=False)),
    *family("customer", "decision", "30d", Last("event_id"), "Decision last made for them: the insight's id.",
            topic="decisions", suffix="last", online=False),
    *family("customer", "decisions", "1d 7d", Count(), "Decisions made for them.", topic="decisions", online=False),
    *asked("customer__id", Given("customer_id"), "The customer's id itself."),
    *(feature
      for what, words in (
          ("purchase_probability", "Chance of an order, as the model says in this request."),
          ("churn_risk", "Chance of not coming back, as the model says in this request."),
          ("discount_sensitivity", "How much a discount moves them, as the model says in this request."),
          ("fraud_risk", "Chance of fraud, as the model says in this request."),
          ("next_best_product", "Product to show next, as the model says in this request."),
      )
      for feature in asked(f"customer__{what}", Given(what), words)),
)  # fmt: skip
