"""The event logs that the settings name."""

from tillstream.adapters.log import Log
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.errors import MissingExtra
from tillstream.core.settings import Settings
from tillstream.features.logs import FeatureLogs


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
    return SqliteLog(settings.log_path, settings.log)


def open_feature_logs(settings: Settings) -> FeatureLogs:
    """The logs of live features; one client of one log where they are the same."""
    updates = open_updates_log(settings)
    return FeatureLogs(updates if settings.engines.log == "sqlite" else open_log(settings), updates)
