"""What one fault came to, and how it is printed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One fault on one set of engines.

    `lost`, `doubled` and `wrong` count rows of silver, gold, dead letters, and features in the store.
    `recover_seconds` is the longest time from the fault's end until every reader is as close to the log's end
    as before it; `bare_seconds` is what a start of the same service takes with nothing to catch up.
    """

    name: str
    set: str
    events: int
    lost: int
    doubled: int
    wrong: int
    recover_seconds: float | None = None
    bare_seconds: float | None = None
    note: str = ""
    why: str = ""
    """What did not hold, in a sentence; empty where all did."""

    @property
    def verdict(self) -> str:
        """`ok` or `broken`."""
        return "broken" if self.lost or self.doubled or self.wrong or self.why else "ok"

    def __str__(self) -> str:
        """`fault NAME set=S events=N lost=0 doubled=0 … ok|broken`."""
        figures = [f"{name}={getattr(self, name)}" for name in ("set", "events", "lost", "doubled", "wrong")]
        for name in ("recover_seconds", "bare_seconds"):
            value = getattr(self, name)
            figures.append(f"{name}={'-' if value is None else f'{value:.1f}'}")
        return f"fault {self.name} {' '.join(figures)} {self.verdict}{f': {self.why}' if self.why else ''}"
