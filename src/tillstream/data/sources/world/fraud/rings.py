"""Rings: eight accounts on two devices with three cards, ordering moderate things in the evening.

A ring lasts a fortnight, then its people come back under new names.
"""

from dataclasses import replace
from typing import Final

from tillstream.data.sources.world.fraud.crew import Crew, Face
from tillstream.data.sources.world.fraud.patterns import any_country, loot
from tillstream.data.sources.world.identity import card_id
from tillstream.data.sources.world.settings import HOUR_US

_FACES, _DEVICES, _CARDS, _LASTS_DAYS = 8, 2, 3, 14
_ORDERS_A_DAY: Final = 0.75


class Rings:
    """The rings of a world; `day` must be called with days in order."""

    def __init__(self, size: int) -> None:
        self._rings: list[list[Face]] = [[] for _ in range(size)]

    def day(self, crew: Crew, day: int, day_us: int) -> None:
        """Each ring's orders of a day; on the first of a fortnight its accounts are opened."""
        for number in range(len(self._rings)):
            if day % _LASTS_DAYS == 0:
                self._rings[number] = _recruit(crew, day_us + 9 * HOUR_US)
            for _ in range(int(crew.random.poisson(_ORDERS_A_DAY))):
                face = self._rings[number][int(crew.random.integers(0, _FACES))]
                at_us = day_us + int(crew.random.uniform(17.5, 23.5) * HOUR_US)
                crew.buy(face, "ring", loot(crew, 0.3), at_us)


def _recruit(crew: Crew, at_us: int) -> list[Face]:
    country = any_country(crew)
    devices = [crew.stranger(country, country, country) for _ in range(_DEVICES)]
    cards = [card_id(crew.fresh.take()) for _ in range(_CARDS)]
    return [
        crew.open_account(
            replace(devices[member % _DEVICES], card_id=cards[member % _CARDS]), country, at_us + member * HOUR_US
        )
        for member in range(_FACES)
    ]
