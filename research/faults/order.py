"""The same events told otherwise: three times, or in another order."""

import heapq
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from tests.oracle.sending import Sent

WINDOW = 500
LONGEST_DELAY_SECONDS = 8


def thrice(events: Iterator[Sent]) -> Iterator[Sent]:
    """Each at once, again within the next few hundred, and a third time after those."""
    chance = random.Random(3)
    before: list[Sent] = []
    while window := list(islice(events, WINDOW)):
        yield from window
        again = [_received(one, window[-1].received_at_us) for one in (*window, *before)]
        chance.shuffle(again)
        yield from again
        before = window
    yield from before


def _received(one: Sent, at_us: int) -> Sent:
    """A copy that came later; a poison keeps its time, by which alone it may be poison."""
    return one if one.poison else replace(one, received_at_us=at_us)


def shuffled(events: Iterator[Sent]) -> Iterator[Sent]:
    """Each held up by a random time, less than the shortest watermark waits; sent in the order of arrival."""
    chance = random.Random(4)
    waiting: list[tuple[int, int, Sent]] = []
    for number, one in enumerate(events):
        arrives_us = one.received_at_us + chance.randrange(LONGEST_DELAY_SECONDS * 10**6)
        heapq.heappush(waiting, (arrives_us, number, replace(one, received_at_us=arrives_us)))
        while waiting and waiting[0][0] <= one.received_at_us:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]
