"""The event logs that the settings name."""

from contextlib import closing

from tillstream.adapters.log import Log
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.errors import MissingExtra
from tillstream.core.settings import Settings
from tillstream.features.logs import FeatureLogs
from tillstream.features.updates import UPDATES


def open_log(settings: Settings) -> Log:
    """The log of events: this home's own, made if there is none, or Kafka's."""
    if settings.engines.log == "sqlite":
        return SqliteLog(settings.log_path, settings.log)
    try:
        from tillstream.adapters.log.kafka import KafkaLog
    except ModuleNotFoundError as error:
        raise MissingExtra("the log on Kafka", "kafka") from error
    return KafkaLog(settings.kafka, settings.log)


def open_updates_log(settings: Settings) -> SqliteLog:
    """The log that holds feature_updates.v1 beside the state of live features, whichever log holds the events."""
    return SqliteLog(settings.updates_path, settings.log)


def open_feature_logs(settings: Settings) -> FeatureLogs:
    """The logs of live features; one client of one log where they are the same."""
    updates = open_updates_log(settings)
    source = updates if holds_updates(settings) else open_log(settings)
    return FeatureLogs(source, updates, settings.engines.live_features)


def holds_updates(settings: Settings) -> bool:
    """Whether the log of events is also the one of feature_updates.v1: on SQLite, in a home that was never moved."""
    return settings.engines.log == "sqlite" and settings.log_path == settings.updates_path


def apply_everywhere(settings: Settings, now_us: int) -> dict[str, int]:
    """Retention on the log of events, and on that of feature_updates.v1 where it is another; rows by topic."""
    with closing(open_log(settings)) as log:
        deleted = log.apply_retention(now_us)
    if not holds_updates(settings):
        with closing(open_updates_log(settings)) as updates:
            deleted |= {UPDATES: updates.apply_retention(now_us).get(UPDATES, 0)}
    return deleted
