"""The examples in the OpenAPI file; a test sends the requests and decodes the answers."""

from typing import Any, Final

_AT: Final = "2026-03-02T10:15:30.123456Z"

PRODUCT: Final[dict[str, Any]] = {
    "product_id": "p-0042",
    "title": "Trail Shoe Alder",
    "category": "shoes",
    "brand": "Northway",
    "description": "A light shoe for wet paths.",
    "price_cents": 8900,
    "currency": "EUR",
    "image": "/pictures/shoes-3.svg",
    "in_stock": True,
}
REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "recommendations": {"visitor_id": "v-17", "k": 8, "surface": "for_you"},
    "price": {"visitor_id": "v-17", "product_id": "p-0042"},
    "fraud": {
        "payment_id": "pay-900",
        "amount_cents": 12900,
        "currency": "EUR",
        "customer_id": "c-5",
        "card_id": "card-77",
        "device_id": "dev-3",
        "card_country": "DE",
        "ip_country": "DE",
    },
    "churn": {"customer_id": "c-5"},
}
ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "recommendations": {
        "decision_id": "d00064f0c1a2b3c4d5e6f7a8",
        "decided_at": _AT,
        "mode": "normal",
        "model": "recommend@4",
        "arm": "champion",
        "items": [
            {
                **{name: PRODUCT[name] for name in ("product_id", "title", "category", "brand", "price_cents")},
                "currency": "EUR",
                "image": PRODUCT["image"],
                "score": 0.913,
                "reason": "because you looked at Trail Shoe Birch",
                "propensity": 1.0,
            }
        ],
        "reasons": ["5 of 8 are shoes: that is what you look at"],
    },
    "price": {
        "decision_id": "d00064f0c1a2b3c4d5e6f7a9",
        "decided_at": _AT,
        "mode": "normal",
        "model": "price@2",
        "product_id": "p-0042",
        "price_cents": 8540,
        "list_price_cents": 8900,
        "currency": "EUR",
        "reasons": ["demand changes by 1.8 % for each 1 % of price", "4.0 % below the list price brings the most"],
    },
    "fraud": {
        "decision_id": "p0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5",
        "decided_at": _AT,
        "mode": "normal",
        "model": "fraud@3",
        "payment_id": "pay-900",
        "action": "review",
        "risk": 0.62,
        "reasons": ["payments with this card in the last hour: 7"],
    },
    "churn": {
        "decision_id": "d00064f0c1a2b3c4d5e6f7aa",
        "decided_at": _AT,
        "mode": "not_trained",
        "model": None,
        "customer_id": "c-5",
        "risk": 0.41,
        "band": "medium",
        "action": "remind",
        "reasons": ["not trained: no customer has left in this log yet", "37 days since the last order"],
    },
}
EVENT_LINE: Final[dict[str, Any]] = {
    "topic": "clicks.v1",
    "event": {
        "event_id": "e-1",
        "occurred_at": "2026-03-02T10:15:29Z",
        "visitor_id": "v-17",
        "kind": "viewed",
        "product_id": "p-0042",
    },
}
EVENTS_ANSWER: Final[dict[str, Any]] = {
    "accepted": 1,
    "rejected": [
        {"line": 2, "reasons": ["Object missing required field `visitor_id`"], "dead_letter_id": "5b0f7c1e9a2d4c68"}
    ],
}
