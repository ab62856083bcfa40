"""Which clicks a program made, told from the click alone: nothing else has to be known, in any order of events.

The same rule stands in sql/silver/clicks.sql for DuckDB and Spark; a test holds both to each other.
"""

import re
from typing import Final

from tillstream.core.contracts.behaviour import Click

BOT_AGENTS: Final = (
    r"(^|[^u])bots?([^a-z]|$)|crawl|spider|slurp|scrap|facebookexternalhit"
    r"|headless|phantomjs|puppeteer|playwright|selenium"
    r"|^(curl|wget|python|java|go-http-client|libwww-perl|axios|node-fetch)[-/ ]"
)
"""What the user agent, in lower case, of a program holds: crawlers, headless browsers, libraries.

Read alike by Python, RE2 and Java: no look-around, no flags. A Cubot is a phone.
"""
SCROLLED_RATIO: Final = 0.9
SCROLLED_MS: Final = 100
"""Nobody scrolls so much of a page in less time than that."""

_AGENTS: Final = re.compile(BOT_AGENTS)


def is_bot(click: Click) -> bool:
    """Whether a program made the click; a field that is absent speaks for nothing."""
    if click.user_agent is not None and _AGENTS.search(click.user_agent.lower()):
        return True
    if click.scroll_ratio is None or click.duration_ms is None:
        return False
    return click.scroll_ratio >= SCROLLED_RATIO and click.duration_ms < SCROLLED_MS
