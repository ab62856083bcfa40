"""The exports that serve, swapped under load when a pointer moves; a corrupt one never serves."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tillstream.core.telemetry import logger
from tillstream.decisions.ports import Champion, Untrained

USE_CASES: Final = ("recommend", "price", "churn", "fraud")
Load = Callable[[str, str], Champion[Any]]
"""Use case and digest to a champion whose files' digests were checked before parsing; raises ModelError."""
Watched = Champion[Any] | Untrained

_LOG = logger(__name__)


class ChampionWatch:
    """Follows `serving/<use_case>.json`. `look` may run in a thread; a request keeps the one it began with."""

    def __init__(self, serving: Path, load: Load, *, on_swap: Callable[[str, str], None] = lambda *_: None) -> None:
        self._serving, self._load, self._on_swap = serving, load, on_swap
        self._held: dict[str, Watched] = {one: Untrained("not_trained", _why(serving, one)) for one in USE_CASES}
        self._refused: dict[str, str] = {}

    def current(self, use_case: str) -> Watched:
        """The champion, or why there is none."""
        return self._held[use_case]

    def look(self) -> None:
        """Swaps every use case whose pointer moved.

        An export that cannot be loaded leaves the one before in place; without one the mode is `model_missing`.
        """
        for use_case in USE_CASES:
            pointer = _read(self._serving / f"{use_case}.json")
            if pointer is None:
                self._held[use_case] = Untrained("not_trained", _why(self._serving, use_case))
                continue
            digest = str(pointer.get("digest", ""))
            held = self._held[use_case]
            if (isinstance(held, Champion) and held.digest == digest) or self._refused.get(use_case) == digest:
                continue
            self._swap(use_case, digest)

    def _swap(self, use_case: str, digest: str) -> None:
        try:
            champion = self._load(use_case, digest)
        except Exception as error:  # whatever a broken file makes a parser say, it must not stop the watch
            self._refused[use_case] = digest
            if not isinstance(self._held[use_case], Champion):
                self._held[use_case] = Untrained("model_missing", f"model missing: export {digest[:12]} cannot be used")
            _LOG.error("export_refused", use_case=use_case, digest=digest, error=str(error))
            self._on_swap(use_case, "refused")
            return
        self._held[use_case] = champion
        self._refused.pop(use_case, None)
        _LOG.info("export_swapped", use_case=use_case, digest=digest, version=champion.version)
        self._on_swap(use_case, "swapped")


def _why(serving: Path, use_case: str) -> str:
    found: Mapping[str, Any] = _read(serving / f"{use_case}.untrained.json") or {}
    return f"not trained: {found.get('why') or 'no model was promoted yet'}"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
