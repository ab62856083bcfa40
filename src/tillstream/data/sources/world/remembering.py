"""A note of the world whose history a home holds, so that live visitors go on with the same people."""

from dataclasses import asdict
from pathlib import Path

import msgspec

from tillstream.core.errors import SettingsError
from tillstream.data.sources.world.settings import WorldSettings


def remember(settings: WorldSettings, note: Path) -> None:
    """Writes the settings down, replacing an earlier note."""
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_bytes(msgspec.json.format(msgspec.json.encode(asdict(settings))) + b"\n")


def remembered(note: Path) -> WorldSettings | None:
    """The settings in the note, None where there is none; raises SettingsError where it cannot be read."""
    if not note.exists():
        return None
    try:
        return msgspec.json.decode(note.read_bytes(), type=WorldSettings)
    except msgspec.MsgspecError as error:
        raise SettingsError(f"{note} does not describe a world: {error}; simulate again or remove it") from error
