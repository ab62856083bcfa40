"""Who shops: customers and what happens to their accounts."""

from typing import ClassVar, Literal

from tillstream.core.contracts.event import Event
from tillstream.core.contracts.fields import Country, Id, Instant, Name, PersonalText


class Customer(Event, frozen=True, kw_only=True):
    """A customer's record as it is from now on; the whole record, not a difference."""

    customer_id: Id
    created_at: Instant | None = None
    country: Country | None = None
    region: Name | None = None
    language: Name | None = None
    gender: PersonalText | None = None
    age_band: PersonalText | None = None
    email: PersonalText | None = None
    name: PersonalText | None = None


class Account(Event, frozen=True, kw_only=True):
    """Something done to an account; a failed log-in may know only the visitor."""

    at_least_one: ClassVar = (("customer_id", "visitor_id"),)

    kind: Literal["registered", "logged_in", "login_failed", "password_changed", "address_changed"]
    customer_id: Id | None = None
    visitor_id: Id | None = None
    device_id: Id | None = None
    ip_country: Country | None = None
    address_id: Id | None = None
