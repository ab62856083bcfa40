"""How every client is configured, and how what brokers refuse becomes an error of ours."""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from confluent_kafka import KafkaError, KafkaException

from tillstream.core.errors import Fenced, LogBusy, LogError, Permanent
from tillstream.core.settings import KafkaSettings

LARGEST_RECORD_BYTES: Final = 8 * 2**20
"""A dead letter of the largest body that the door takes still fits."""
_FENCED: Final = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.FENCED_INSTANCE_ID,
        KafkaError.STALE_MEMBER_EPOCH,
        KafkaError.FENCED_MEMBER_EPOCH,
        KafkaError._MAX_POLL_EXCEEDED,
        KafkaError._ASSIGNMENT_LOST,
        KafkaError._STATE,
    }
)
_AWAY: Final = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
        KafkaError._MSG_TIMED_OUT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._RESOLVE,
        KafkaError._WAIT_COORD,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError._PURGE_QUEUE,
        KafkaError._PURGE_INFLIGHT,
    }
)
_NOT_YET: Final = frozenset(
    {
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError._TRANSPORT,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError._WAIT_COORD,
        KafkaError._NOENT,  # no leader of a partition is known
    }
)
_NAP_SECONDS: Final = 0.05
# What librdkafka has to say comes through errors and results; its own lines would only double them.
_SILENT: Final = logging.getLogger("tillstream.kafka.client")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_SILENT.setLevel(logging.CRITICAL + 1)

_T = TypeVar("_T")


class BrokersAway(LogBusy):
    """No broker answered in time, or none that may take the record."""

    def __init__(self, topic: str, waited_seconds: float, brokers: str, said: str) -> None:
        self.brokers = brokers
        super().__init__(
            topic,
            waited_seconds,
            f"no Kafka broker at {brokers} answered or took it ({said}; start it with `tillstream stack up`, or name "
            "others in TILLSTREAM_KAFKA__BOOTSTRAP)",
        )


class KafkaRefused(LogError, Permanent):
    """A broker refused something that asking again does not change."""


def common(settings: KafkaSettings) -> dict[str, Any]:
    """What clients of every kind share."""
    return {
        "bootstrap.servers": settings.bootstrap,
        "client.id": "tillstream",
        "log.connection.close": False,
        "logger": _SILENT,
        "socket.keepalive.enable": True,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1_000,
        "topic.metadata.refresh.interval.ms": 60_000,
    }


def translated(
    error: KafkaError, what: str, settings: KafkaSettings, *, member: tuple[str, str] | None = None
) -> LogError:
    """The error of ours; `member` is the group and the member that asked, if one did."""
    code = error.code()
    if member and code in _FENCED:
        return Fenced(*member, error.str())
    if code in _AWAY or code in _NOT_YET or error.retriable():
        return BrokersAway(what, settings.answer_seconds, settings.bootstrap, error.str())
    return KafkaRefused(f"{what}: Kafka at {settings.bootstrap} refused: {error.str()} ({error.name()})")


def answer(
    ask: "Callable[[], Future[_T]]",
    what: str,
    settings: KafkaSettings,
    *,
    look_again: Callable[[], None] = lambda: None,
) -> _T:
    """What an admin request came to; raises BrokersAway, KafkaRefused.

    Asked again while a broker only says that it has not heard of the leader yet, as after a topic was made or moved.
    """
    until = time.monotonic() + settings.answer_seconds
    while True:
        try:
            return ask().result(settings.answer_seconds + 1.0)
        except KafkaException as error:
            if error.args[0].code() not in _NOT_YET or time.monotonic() > until:
                raise translated(error.args[0], what, settings) from error
        except TimeoutError as error:
            raise BrokersAway(what, settings.answer_seconds, settings.bootstrap, "timed out") from error
        time.sleep(_NAP_SECONDS)
        look_again()


def answers(
    ask: "Callable[[], Mapping[Any, Future[_T]]]",
    what: str,
    settings: KafkaSettings,
    *,
    look_again: Callable[[], None] = lambda: None,
) -> dict[Any, _T]:
    """The same for a request about many things."""

    def together() -> "Future[dict[Any, _T]]":
        asked, done = ask(), Future[dict[Any, _T]]()
        try:
            done.set_result({key: future.result(settings.answer_seconds + 1.0) for key, future in asked.items()})
        except (KafkaException, TimeoutError) as error:
            done.set_exception(error)
        return done

    return answer(together, what, settings, look_again=look_again)
