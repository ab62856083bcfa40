"""Which products come with the last few of a session, read off the most similar past sessions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tillstream.models.scoring.rows import Floats, Ints, Longs, Rows


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How past sessions are weighed; the defaults are shipped and used on every log."""

    step_back: float = 1.0
    """Steps back in the session over which a product's say falls to 1/e."""
    sessions: int = 500
    """Neighbours that count."""
    postings: int = 2000
    """Newest sessions looked at for each product of the visitor's session."""
    length_power: float = 0.5
    """Long sessions say less: similarity is divided by length to this power."""
    age_scale: float = 1.0
    """Share of the log over which a session's say falls to 1/e."""
    distance: float = 4.0
    """Steps from the shared product over which a neighbour's product falls to 1/e."""
    before: float = 0.75
    """What a product before the shared one counts, against one after it."""
    again: float = 0.8
    """What the shared product itself counts: shoppers come back to what they saw."""


class SessionNeighbours:
    """Past sessions as postings by product; newest sessions last in `items`."""

    def __init__(self, rows: Rows, items: Ints, products: int, settings: SessionSettings) -> None:
        self.settings = settings
        self._rows, self._items, self._products = rows, items, products
        lengths = np.diff(rows.starts)
        session_of = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
        self._position = (np.arange(len(items)) - np.repeat(rows.starts[:-1], lengths)).astype(np.int32)
        # One posting a session and product, at its last position; newest session first.
        order = np.lexsort((-self._position, -session_of, items))
        item, session = items[order], session_of[order]
        first = np.ones(len(order), bool)
        first[1:] = (item[1:] != item[:-1]) | (session[1:] != session[:-1])
        self._posted_session, self._posted_at = session[first], self._position[order][first]
        counts = np.bincount(item[first], minlength=products)
        capped = np.minimum(counts, settings.postings)
        full = Rows.of_lengths(counts)
        keep = (
            np.repeat(full.starts[:-1], capped)
            + np.arange(capped.sum())
            - np.repeat(np.cumsum(capped) - capped, capped)
        )
        self._posted_session, self._posted_at = self._posted_session[keep], self._posted_at[keep]
        self._postings = Rows.of_lengths(capped)
        age = (len(rows) - np.arange(len(rows))) / max(1, len(rows))
        self._session_weight = np.exp(-age / settings.age_scale) / np.maximum(lengths, 1) ** settings.length_power

    def scores(self, recent: Longs, steps: Longs) -> Floats | None:
        """A score for each product, the largest 1; `recent` newest first, `steps` how long ago each was seen.

        None where no past session has any of them.
        """
        similar = self._similar(recent, steps)
        if similar is None:
            return None
        sessions, weights, anchors = similar
        places, lengths = self._rows.places(sessions)
        away = self._position[places] - np.repeat(anchors, lengths)
        say = np.exp(-np.abs(away) / self.settings.distance)
        say *= np.where(away < 0, self.settings.before, np.where(away == 0, self.settings.again, 1.0))
        found = np.bincount(self._items[places], weights=np.repeat(weights, lengths) * say, minlength=self._products)
        top = found.max()
        return (found / top).astype(np.float32) if top > 0 else None

    def _similar(self, recent: Longs, steps: Longs) -> tuple[NDArray[Any], NDArray[Any], Longs] | None:
        """The nearest sessions, their weight, and where each holds the newest shared product."""
        places, lengths = self._postings.places(recent)
        if not len(places):
            return None
        say = np.repeat(np.exp(-steps / self.settings.step_back), lengths)
        sessions, which = np.unique(self._posted_session[places], return_inverse=True)
        weights = np.bincount(which, weights=say) * self._session_weight[sessions]
        anchors = np.empty(len(sessions), np.int64)
        anchors[which[::-1]] = self._posted_at[places][::-1]  # newest first, so written last
        if len(sessions) > self.settings.sessions:
            best = np.argpartition(-weights, self.settings.sessions)[: self.settings.sessions]
            sessions, weights, anchors = sessions[best], weights[best], anchors[best]
        return sessions, weights, anchors
