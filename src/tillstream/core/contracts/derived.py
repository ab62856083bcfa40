"""What Tillstream itself puts on the log."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from tillstream.core.contracts.event import Event
from tillstream.core.contracts.fields import Count, Id, Instant, Milliseconds, Name, Number, Ratio, Text

Place = Annotated[str, Meta(max_length=200)]


class Session(Event, frozen=True, kw_only=True):
    """A visitor's session; the highest revision of a `session_id` holds, `retracted` takes it back.

    Its events are clicks that no bot made and orders that were placed. `revision` is twice their number, one
    more once it is closed. `refreshes` counts clicks of kind `refreshed`; `products` the different ones among
    clicks; `bounced` is one view and nothing else. `occurred_at` is `started_at`.
    """

    session_id: Id
    visitor_id: Id
    revision: Count
    started_at: Instant
    ended_at: Instant
    clicks: Count
    duration_ms: Milliseconds = 0
    customer_id: Id | None = None
    refreshes: Count = 0
    products: Count = 0
    added_to_cart: bool = False
    purchased: bool = False
    bounced: bool = False
    closed: bool = False
    retracted: bool = False


class FraudAlert(Event, frozen=True, kw_only=True):
    """A fraud pattern that was seen; `event_ids` are the events that made it."""

    at_least_one: ClassVar = (("customer_id", "card_id", "device_id", "visitor_id"),)

    pattern: Name
    severity: Ratio
    event_ids: Annotated[list[Id], Meta(min_length=1, max_length=200)]
    customer_id: Id | None = None
    card_id: Id | None = None
    device_id: Id | None = None
    visitor_id: Id | None = None
    payment_id: Id | None = None


class Decision(Event, frozen=True, kw_only=True):
    """A decision's record; its `event_id` is the `decision_id`, its time the `decided_at`.

    `record` holds what a replay needs; the one base64 field in it, `values`, is zstd over float32
    columns. At most 16 KB with 100 candidates of 30 features.
    """

    use_case: Literal["recommend", "price", "churn", "fraud", "search"]
    record: dict[str, Any]
    visitor_id: Id | None = None
    customer_id: Id | None = None
    payment_id: Id | None = None
    mode: Name = "normal"
    model: Name | None = None
    arm: Name | None = None
    propensity: Ratio | None = None


class Outcome(Event, frozen=True, kw_only=True):
    """What came of a decision."""

    decision_id: Id
    kind: Literal["clicked", "ordered", "ignored", "charged_back", "cleared", "stayed", "left"]
    value: Number | None = None
    product_id: Id | None = None


class DeadLetter(Event, frozen=True, kw_only=True):
    """An event that broke a rule, with its bytes; `event_id` is a digest of topic and bytes.

    `original` is base64 of the bytes as they came. `topic` is where they would have gone. `place`
    is topic/partition/offset, or route/request/line at the HTTP door, or file/line in a replay.
    """

    topic: Name
    place: Place
    reasons: Annotated[list[Text], Meta(min_length=1, max_length=50)]
    original: str
    contract: Name | None = None
    key: Text | None = None
