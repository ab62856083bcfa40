"""What decides a world: the same settings give the same bytes."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tillstream.core.contracts import to_micros
from tillstream.core.errors import SettingsError

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US

DEFAULT_UNTIL: Final = datetime(2026, 10, 1, tzinfo=UTC)
"""The end of a world that nobody gave a clock, so that two runs of one command give the same bytes."""


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """A world's size, span and seed.

    It covers `days` whole UTC days and what has passed of the day of `until_us`; nothing is
    received later than that. Without `signal` clicks, chargebacks and leaving are pure chance
    and prices move nobody: no honest model beats its baseline there.
    """

    customers: int = 5_000
    days: int = 60
    seed: int = 7
    signal: bool = True
    until_us: int = to_micros(DEFAULT_UNTIL)

    def __post_init__(self) -> None:
        for name, low, high in (("customers", 20, 900_000), ("days", 1, 3_650), ("seed", 0, 2**31 - 1)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(f"world: `{name}` is {value}; it must lie between {low} and {high}")

    @property
    def mark(self) -> str:
        """What event ids of this world begin with: another size, seed or clock gives other ids."""
        return f"{zlib.crc32(repr(self).encode()):08x}"

    @property
    def start_us(self) -> int:
        """The first midnight of the world."""
        return self.until_us // DAY_US * DAY_US - self.days * DAY_US

    @property
    def day_count(self) -> int:
        """Days that hold events, a begun last day counts."""
        return self.days + (self.until_us % DAY_US > 0)

    def day_us(self, day: int) -> int:
        """The midnight that opens a day of the world."""
        return self.start_us + day * DAY_US
