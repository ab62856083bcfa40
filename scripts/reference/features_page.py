"""docs/reference/features.md, a page an entity, and the pinned meanings, from the definitions."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tillstream.features.definitions import FEATURES
from tillstream.features.meanings import decode_meanings, encode_meanings, pin
from tillstream.features.pages import entity_page, index_page

MEANINGS = "features/meanings.json"


def feature_pages(pages: Path) -> Mapping[str, Callable[[], str]]:
    """The files by their place below `pages`."""
    entities = dict.fromkeys(feature.entity for feature in FEATURES.values())
    of_entities = {f"features/{entity}.md": _page_of(entity) for entity in entities}
    return {"features.md": index_page, **of_entities, MEANINGS: lambda: pinned_meanings(pages / MEANINGS)}


def pinned_meanings(kept: Path) -> str:
    """What was pinned, with what is new or retired; raises MeaningChanged."""
    pinned = decode_meanings(kept.read_bytes()) if kept.exists() else {}
    return encode_meanings(pin(pinned)).decode()


def _page_of(entity: str) -> Callable[[], str]:
    return lambda: entity_page(entity)
