"""The shipped settings on public logs, by the protocols those logs are published with.

In: files of a public log. Out: its figure beside a plain baseline's.
See: docs/reference/models.md.
"""

from tillstream.models.protocols.baskets import measure_baskets
from tillstream.models.protocols.cards import measure_cards
from tillstream.models.protocols.figures import Figures
from tillstream.models.protocols.sessions import measure_sessions

__all__ = ["Figures", "measure_baskets", "measure_cards", "measure_sessions"]
