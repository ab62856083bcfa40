"""The event log that the settings name."""

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import Settings


def open_log(settings: Settings) -> SqliteLog:
    """The log of this home; made if there is none."""
    return SqliteLog(settings.log_path, settings.log)
