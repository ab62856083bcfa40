"""Weights of decayed sums, in whole numbers: engines multiply and add, and none computes a power of its own."""

from functools import cache
from typing import Final

SCALE: Final = 2**20
"""What a weight of 1 is. A decayed sum stays exact while the sum of its parts is below 2**43."""


@cache
def weights(half_life_seconds: int, step_us: int, steps: int) -> tuple[int, ...]:
    """The weight of an event by the age of its step, from 0 to `steps`; a step in the future weighs as one of age 0."""
    half_lives = step_us / (half_life_seconds * 10**6)
    return tuple(round(SCALE * 2.0 ** (-half_lives * age)) for age in range(steps + 1))


def oldest_age(window_us: int, step_us: int) -> int:
    """The age, in steps, of the oldest step of a window."""
    return -(-window_us // step_us) + 1
