"""Ids of everything in the world: plain, unique, and the same for the same settings.

Fraudsters' accounts, devices and cards are numbered on from the last customer's, in the same
form, so that an id tells nothing.
"""

from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Ints
from tillstream.data.sources.world.columns import Column, identities

_DAY_ROOM: Final = 10_000_000
_LETTERS: Final = {
    "customers.v1": "u", "accounts.v1": "a", "products.v1": "p", "clicks.v1": "e", "impressions.v1": "i",
    "orders.v1": "o", "payments.v1": "y", "stock.v1": "s", "promotions.v1": "r", "campaigns.v1": "g",
    "weather.v1": "w", "competitor_prices.v1": "x", "decision": "h", "order": "O", "payment": "P",
}  # fmt: skip


class Ids:
    """Numbers for one day; each kind counts for itself; days, and worlds of different marks, never meet."""

    def __init__(self, mark: str, day: int) -> None:
        self._mark, self._first = mark, day * _DAY_ROOM
        self._used = dict.fromkeys(_LETTERS, 0)

    def one(self, kind: str) -> str:
        """The next id of a topic's events, or of a decision, order or payment."""
        return f"{_LETTERS[kind]}{self._mark}-{self.numbers(kind, 1)[0]:011d}"

    def many(self, kind: str, size: int) -> Column:
        """The next `size` ids as bytes."""
        return self.written(kind, self.numbers(kind, size))

    def numbers(self, kind: str, size: int) -> Ints:
        """The next `size` numbers, to be written later."""
        first = self._first + self._used[kind]
        self._used[kind] += size
        return np.arange(first, first + size)

    def written(self, kind: str, numbers: Ints) -> Column:
        """The ids that belong to numbers."""
        return identities(f"{_LETTERS[kind]}{self._mark}-", numbers)


def customer_id(number: int) -> str:
    """A customer's id."""
    return f"c{number:06d}"


def visitor_id(number: int, device: int) -> str:
    """The cookie of a customer's device (0 phone, 1 desktop)."""
    return f"v{number:06d}-{device}"


def device_id(number: int, device: int) -> str:
    """A customer's device."""
    return f"d{number:06d}-{device}"


def card_id(number: int, card: int = 0) -> str:
    """A customer's card."""
    return f"k{number:06d}-{card}"


def address_id(number: int, address: int = 0) -> str:
    """A customer's address; 0 is home."""
    return f"m{number:06d}-{address}"


def walk_in(letter: str, day: int, number: int) -> str:
    """An id of somebody without an account, seen for the first time on that day."""
    return f"{letter}n{day:04d}-{number:05d}"
