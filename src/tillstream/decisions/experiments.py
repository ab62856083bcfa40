"""Which arm decides, with the chance it had; drawn from the decision's seed, so a replay draws the same."""

from dataclasses import dataclass
from typing import Final

from tillstream.decisions.identity import seed_of, share_of

CHAMPION: Final = "champion"
EXPLORE: Final = "explore"


@dataclass(frozen=True, slots=True)
class Arm:
    """The arm that was drawn and its propensity."""

    name: str
    propensity: float


def draw_arm(seed: int, explore: float) -> Arm:
    """`explore` with that chance, else `champion`."""
    if share_of(seed, "arm") < explore:
        return Arm(EXPLORE, explore)
    return Arm(CHAMPION, 1.0 - explore)


def draw_one(seed: int, purpose: str, count: int) -> int:
    """A place in 0 … count-1, each as likely as the others."""
    return seed_of(str(seed), purpose) % count
