"""The types that fields of events are made of; each rule is in the type.

A rule here must also be sayable in JSON Schema, so that producers in any language
can check before they send.
"""

from datetime import datetime
from typing import Annotated, Any, Final

from msgspec import Meta

PERSONAL: Final[dict[str, Any]] = {"personal": True}
"""Marks a field that never reaches logs, labels of metrics, or pricing."""

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=2000)]
PersonalText = Annotated[str, Meta(max_length=400, extra=PERSONAL, description="Personal.")]

Instant = Annotated[
    datetime,
    Meta(tz=True, description="RFC 3339 with an offset, UTC after reading, to the microsecond; 2000 or later."),
]
Cents = Annotated[int, Meta(ge=0, le=10**12, description="Money in hundredths of the currency.")]
Currency = Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.")]
Country = Annotated[str, Meta(min_length=2, max_length=2, description="ISO 3166-1 alpha-2.")]
Count = Annotated[int, Meta(ge=0, le=10**9)]
Quantity = Annotated[int, Meta(ge=1, le=10_000)]
Milliseconds = Annotated[int, Meta(ge=0, le=10**9)]
Ratio = Annotated[float, Meta(ge=0.0, le=1.0)]
Number = Annotated[float, Meta(ge=-1e12, le=1e12)]


def is_personal(meta_extra: dict[str, Any] | None) -> bool:
    """Whether a field's metadata carries the personal mark."""
    return bool(meta_extra and meta_extra.get("personal"))
