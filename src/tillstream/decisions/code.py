"""By which code it was decided: a digest over the sources that decide."""

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

DECIDING: Final = ("tillstream.decisions", "tillstream.models.scoring")


def code_digest() -> str:
    """Changes with any line of a package that decides; 16 hexadecimal digits."""
    found = hashlib.sha256()
    for package in DECIDING:
        for name, source in sorted(_sources(files(package), package)):
            found.update(name.encode() + b"\0" + source)
    return found.hexdigest()[:16]


def _sources(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    held: list[tuple[str, bytes]] = []
    for one in folder.iterdir():
        if one.is_dir() and one.name != "__pycache__":
            held += _sources(one, f"{name}.{one.name}")
        elif one.name.endswith(".py"):
            held.append((f"{name}.{one.name}", one.read_bytes()))
    return held
