"""A step of the demo, as data: what runs, after what, and how it is checked and told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tillstream.core.errors import TillstreamError


class StepFailed(TillstreamError):
    """A step of the demo did not come to its end; says which, and where its log is."""

    def __init__(self, step: str, why: str, log: object) -> None:
        self.step, self.why, self.log = step, why, log
        super().__init__(f"demo: step `{step}` failed: {why}; its log: {log}")


@dataclass(frozen=True, slots=True)
class Told:
    """What a step came to: a line for the reader, facts for the summary, and more lines below the first."""

    line: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    more: tuple[str, ...] = ()


Check: TypeAlias = Callable[[str], "Told | None"]
"""Called with the output of the step's command: None means not yet. Raises to fail the step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Those whose `after` are done run at once, as far as there are cores for their commands."""

    name: str
    check: Check
    command: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    exits: tuple[int, ...] = (0,)
    """Exit codes of the command that are no failure: 3 says that a threshold was not met."""
    most_seconds: float = 300.0


def in_order(steps: Sequence[Step]) -> None:
    """Raises ValueError unless each step comes after the ones it needs, which are there."""
    done: set[str] = set()
    for step in steps:
        if missing := set(step.after) - done:
            raise ValueError(f"{step.name} comes before {', '.join(sorted(missing))}")
        done.add(step.name)
