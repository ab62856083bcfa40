"""Between our records and Kafka's messages: keys and headers are UTF-8, append times whole milliseconds."""

from collections.abc import Mapping
from typing import Any

from tillstream.adapters.log.records import NO_HEADERS, Record


def record_of(message: Any) -> Record:
    """A message as a record."""
    key, headers = message.key(), message.headers()
    return Record(
        message.topic(),
        message.partition(),
        message.offset(),
        message.timestamp()[1] * 1_000,
        key.decode(errors="replace") if key else "",
        message.value() or b"",
        {name: (value or b"").decode(errors="replace") for name, value in headers} if headers else NO_HEADERS,
    )


def headers_of(headers: Mapping[str, str]) -> list[tuple[str, bytes]] | None:
    """Headers as Kafka carries them."""
    return [(name, value.encode()) for name, value in headers.items()] if headers else None
