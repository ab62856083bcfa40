"""The online store's clients: Valkey or Redis at an address.

In: StoreSettings. Out: a client for the writer, one with a deadline and a breaker for readers.
See: docs/adr/0005-whole-tiles-one-writer.md.
"""

from tillstream.adapters.store.breaker import Breaker
from tillstream.adapters.store.clients import ReadingStore, WritingStore, blocking_client

__all__ = ["Breaker", "ReadingStore", "WritingStore", "blocking_client"]
