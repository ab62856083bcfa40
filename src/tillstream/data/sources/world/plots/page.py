"""One HTML file with the pictures inside."""

import base64
import io
from html import escape
from pathlib import Path
from typing import Final

from tillstream.data.sources.world.plots.figures import PICTURES
from tillstream.data.sources.world.plots.tally import Tally
from tillstream.data.sources.world.settings import WorldSettings

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
  color: #22262a; background: #fff }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 2rem }
figure { margin: 0 }
img { width: 100%; height: auto }
h2 { font-size: 1.1rem; margin: 0 0 .3rem }
figcaption { color: #555c64 }
"""


def write_page(tally: Tally, settings: WorldSettings, path: Path, *, dots_per_inch: int = 130) -> None:
    """Writes the page; folders are made."""
    events = sum(tally.events.values())
    lead = (
        f"{settings.customers:,} customers, {settings.days} days, seed {settings.seed}"
        f"{'' if settings.signal else ', without signal'}: {events:,} events, {len(tally.baskets_cents):,} orders."
    )
    figures = "\n".join(
        f'<figure><h2>{escape(picture.title)}</h2><img alt="{escape(picture.title)}" src="data:image/png;base64,{png}">'
        f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
        for picture, png in zip(
            PICTURES, (_png(tally, number, dots_per_inch) for number in range(len(PICTURES))), strict=True
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>The shop world</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body><h1>The shop world</h1><p>{escape(lead)}</p>\n<main>\n{figures}\n</main></body></html>\n"
    )


def _png(tally: Tally, number: int, dots_per_inch: int) -> str:
    drawn = io.BytesIO()
    PICTURES[number].figure(tally).savefig(drawn, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return base64.b64encode(drawn.getvalue()).decode()
