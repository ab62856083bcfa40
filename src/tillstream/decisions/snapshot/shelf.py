"""The snapshot that serves, swapped for a newer one without a pause."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from tillstream.adapters.search import SearchIndex
from tillstream.core.telemetry import logger
from tillstream.decisions.errors import SnapshotCorrupt
from tillstream.decisions.snapshot.catalogue import Catalogue
from tillstream.decisions.snapshot.files import current_id

_LOG = logger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A catalogue and the index over the same products."""

    catalogue: Catalogue
    index: SearchIndex


class SnapshotWatch:
    """Holds the serving snapshot. `look` may run in a thread; a request keeps the one it began with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shelf: Shelf | None = None
        self._before: Shelf | None = None
        """Kept open for the requests that began with it."""
        self._refused: str | None = None

    @property
    def shelf(self) -> Shelf | None:
        """The one that serves, or None before the first."""
        return self._shelf

    def catalogue(self) -> Catalogue | None:
        """Its catalogue."""
        return self._shelf.catalogue if self._shelf else None

    def close(self) -> None:
        """Lets go of the files; nobody asks any more."""
        for shelf in (self._before, self._shelf):
            if shelf is not None:
                shelf.index.close()

    def look(self) -> bool:
        """Swaps if the pointer names another snapshot; a corrupt one is logged once and never serves."""
        wanted = current_id(self._folder)
        if wanted is None or wanted == self._refused:
            return False
        if self._shelf is not None and self._shelf.catalogue.snapshot_id == wanted:
            return False
        try:
            catalogue = Catalogue(self._folder / wanted)
            shelf = Shelf(catalogue, SearchIndex(catalogue.search_path))
        except (SnapshotCorrupt, sqlite3.Error) as error:
            self._refused = wanted
            _LOG.error("snapshot_refused", snapshot=wanted, error=str(error))
            return False
        catalogue.warm()
        if self._before is not None:
            self._before.index.close()
        self._before, self._shelf = self._shelf, shelf
        _LOG.info("snapshot_swapped", snapshot=wanted, products=len(catalogue))
        return True
