"""Which engine set a home was moved to, as the home itself says: one small file that `stack move` writes last."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from tillstream.core.errors import SettingsError
from tillstream.core.settings.areas import Engines

FILE: Final = "engines.json"


def moved_to(home: Path) -> dict[str, Any]:
    """The settings that the last move left in a home, by area; empty for a home that was never moved."""
    try:
        found: dict[str, Any] = json.loads((home / FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return found


def require_moved_log(home: Path, engines: Engines) -> None:
    """Raises SettingsError where a setting names another log than the one that the home was moved to."""
    moved = moved_to(home)
    if not moved:
        return
    there = Engines(**moved["engines"])
    if there.log != engines.log:
        raise SettingsError(
            f"settings: {home} was moved to the {there.set} engines, whose log is on {there.log}, and a setting asks "
            f"for {engines.log}: unset TILLSTREAM_ENGINES__SET and …__LOG, or move back with `tillstream stack move`"
        )


class MovedSource(PydanticBaseSettingsSource):
    """The file of the home that the other sources name; only a default comes after it."""

    def __init__(self, settings_cls: type[BaseSettings], default_home: Path) -> None:
        super().__init__(settings_cls)
        self._default_home = default_home

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Asked by nobody: the file is taken whole."""
        raise NotImplementedError(field_name)

    def __call__(self) -> dict[str, Any]:
        """The file's areas."""
        return moved_to(Path(self.current_state.get("home", self._default_home)))
