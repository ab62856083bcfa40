import base64
import re
from pathlib import Path

from tests.unit.data.sources.world.small import SMALL

from tillstream.data.sources.world import World
from tillstream.data.sources.world.plots import tally_of, write_page
from tillstream.data.sources.world.plots.figures import PICTURES


def test_the_page_holds_every_picture(tmp_path: Path):
    days: list[int] = []
    tally = tally_of(World(SMALL), lambda: days.append(1))
    write_page(tally, SMALL, tmp_path / "world.html", dots_per_inch=30)
    page = (tmp_path / "world.html").read_text()
    pictures = [base64.b64decode(found) for found in re.findall(r"base64,([^\"]+)\"", page)]
    assert len(days) == SMALL.days
    assert len(pictures) == len(PICTURES) == 9
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_the_tally_counts_what_happened():
    tally = tally_of(World(SMALL), lambda: None)
    thieves_see_no_price = tally.clicks["viewed"] - sum(tally.looks.values())
    assert 0 <= thieves_see_no_price < 0.1 * tally.clicks["viewed"]
    assert len(tally.baskets_cents) > 10
    assert {kind for _, kind in tally.payments} >= {"authorized", "captured"}
