"""Names for the arrays the world is made of, seeded streams, and sampling by rows."""

import zlib
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Objects: TypeAlias = npt.NDArray[Any]
Random: TypeAlias = np.random.Generator


def stream(seed: int, part: str, day: int = 0) -> Random:
    """The generator of one part of the world on one day: what one part draws moves no other part."""
    return np.random.default_rng([seed, zlib.crc32(part.encode()), day])


def cumulative(weights: Floats) -> Floats:
    """Each row's running share; the last column is exactly 1, so a draw below 1 always lands."""
    running = np.cumsum(weights, axis=-1)
    shares: Floats = running / running[..., -1:]
    shares[..., -1] = 1.0
    return shares


def draw(shares: Floats, random: Random) -> Ints:
    """One column for each row of running shares, by its weight."""
    at = random.random(shares.shape[:1])
    picked: Ints = (shares <= at[:, None]).sum(axis=1)
    return picked


def draw_many(shares: Floats, size: int, random: Random) -> Ints:
    """`size` draws from one vector of running shares."""
    picked: Ints = np.searchsorted(shares, random.random(size), side="right").astype(np.int64)
    return picked


def objects(values: list[Any]) -> Objects:
    """The values as an object array, never split into rows or characters."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
