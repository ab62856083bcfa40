"""The two logs of live features: where events come from, and where tiles, state and offsets are kept."""

from dataclasses import dataclass

from tillstream.adapters.log import Log
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.features.definitions import Schema


@dataclass(frozen=True, slots=True)
class FeatureLogs:
    """One and the same log on the embedded set; on Kafka only `source` is Kafka's.

    `updates` holds feature_updates.v1. What is read from `source` and what comes of it are bound by one
    transaction there, so no event counts twice or is left out, whatever either log does.
    """

    source: Log
    updates: SqliteLog
    live: str = "embedded"
    """The engine of live features: what one keeps, the other knows nothing of."""

    def identity(self, schema: Schema) -> str:
        """What the state is bound to: offsets of another log and tiles of other definitions mean nothing here."""
        engine = "" if self.live == "embedded" else f" {self.live}"
        return f"{self.source.log_id} {schema.fingerprint}{engine}"

    def close(self) -> None:
        """Closes both."""
        self.source.close()
        self.updates.close()
