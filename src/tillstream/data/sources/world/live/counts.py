"""What happened in a live run, counted."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counts:
    """Totals of a run; `retries` counts requests sent again, `given_up` visits that ended at a shop that was down."""

    visits: int = 0
    given_up: int = 0
    asked: int = 0
    refused: int = 0
    retries: int = 0
    sent: int = 0
    rejected: int = 0
    unsent: int = 0
    list_clicks: int = 0
    orders: int = 0
    declined: int = 0

    def as_dict(self) -> dict[str, int]:
        """By name, for JSON."""
        return asdict(self)
