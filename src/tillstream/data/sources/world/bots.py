"""Programs that read the shop: crawlers, price watchers and a monitor that opens the same page.

They only look, fast and at all hours, and say what they are in their user agent. Nothing that people
do depends on them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tillstream.data.sources.world.arrays import Ints, Random, objects
from tillstream.data.sources.world.catalogue import Catalogue
from tillstream.data.sources.world.clickstream import ProductPieces
from tillstream.data.sources.world.columns import Pieces, instants, integers, join
from tillstream.data.sources.world.identity import Ids
from tillstream.data.sources.world.settings import DAY_US
from tillstream.data.sources.world.timeline import Timeline, arrivals


@dataclass(frozen=True, slots=True)
class Bot:
    """One program: `share` of the catalogue it opens in a round, `rounds` a day, `pause_ms` between pages."""

    name: str
    user_agent: str
    share: float
    rounds: int
    pause_ms: int


BOTS: Final = (
    Bot("search crawler", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 0.03, 1, 900),
    Bot("price watcher", "python-requests/2.32.3", 0.015, 2, 350),
    Bot("page monitor", "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/131.0.0.0 Safari/537.36", 0.0, 4, 1_000),
)


def bot_visitor(number: int) -> str:
    """The visitor id a bot comes by, each time the same."""
    return f"vb{number:05d}"


def crawl(
    timeline: Timeline, ids: Ids, pieces: ProductPieces, catalogue: Catalogue, day_us: int, random: Random
) -> None:
    """A day's clicks of all bots; call it when people's clicks of the day have their ids."""
    for number, bot in enumerate(BOTS):
        for _ in range(bot.rounds):
            size = max(1, round(bot.share * catalogue.size))
            pages = random.choice(catalogue.size, size, replace=False)
            pauses = random.integers(bot.pause_ms // 2, bot.pause_ms * 2, size) * 1_000
            started_us = day_us + int(random.integers(0, DAY_US - int(pauses.sum()) - 1_000_000))
            _look(timeline, ids, pieces, number, pages, started_us + np.cumsum(pauses), random)


def _look(
    timeline: Timeline, ids: Ids, pieces: ProductPieces, number: int, pages: Ints, at_us: Ints, random: Random
) -> None:
    size = len(pages)
    who = Pieces("visitor_id", [bot_visitor(number)]).at(np.zeros(size, dtype=np.int64))
    agent = Pieces("user_agent", [BOTS[number].user_agent]).at(np.zeros(size, dtype=np.int64))
    read_ms = integers("duration_ms", random.integers(5, 60, size))
    kind = [b',"kind":"viewed"'] * size
    values = join(
        ids.many("clicks.v1", size), instants(at_us), kind, who, pieces.product.at(pages), pieces.category.at(pages),
        read_ms, agent,
    )  # fmt: skip
    timeline.put_columns("clicks.v1", at_us, arrivals(at_us, random), objects([bot_visitor(number)] * size), values)
