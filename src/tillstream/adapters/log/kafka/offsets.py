"""Where partitions begin and end, and which groups there are."""

import contextlib
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import OFFSET_INVALID, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from tillstream.adapters.log.interface import TopicPartition as Partition
from tillstream.adapters.log.kafka.clients import BrokersAway, answer, answers, translated
from tillstream.core.settings import KafkaSettings

_WHAT: Final = "offsets"
_NAP_SECONDS: Final = 0.1
_ASK_SECONDS: Final = 2.0
"""A request waits for the leader it knows, also for a dead one; then it is asked of the one that followed."""


def is_known(offset: int) -> bool:
    """Whether a leader answered: a lost one's partition comes without an offset, and without an error."""
    return bool(offset != OFFSET_INVALID)


class Offsets:
    """Asks the brokers; raises BrokersAway, KafkaRefused."""

    def __init__(self, admin: AdminClient, settings: KafkaSettings) -> None:
        self._admin, self._settings = admin, settings

    def ask_ends(self, places: Iterable[Partition]) -> "dict[Any, Future[Any]]":
        """The ends, as they will be answered; what a transaction has not committed lies beyond them."""
        return self._ask(places, OffsetSpec.latest())

    def ends(self, places: Iterable[Partition]) -> dict[Partition, int]:
        """For each partition the offset the next record will at least have."""
        return self._known(places, OffsetSpec.latest())

    def begins(self, places: Iterable[Partition]) -> dict[Partition, int]:
        """The oldest offset that is still there."""
        return self._known(places, OffsetSpec.earliest())

    def since(self, places: Iterable[Partition], at_ms: int) -> dict[Partition, int]:
        """The first offset appended at or after an instant; absent where all is older."""
        found = self._known(places, OffsetSpec.for_timestamp(at_ms))
        return {place: offset for place, offset in found.items() if offset >= 0}

    def groups(self) -> list[str]:
        """Every group; raises BrokersAway while one broker is silent, for it may know others."""
        listed = answer(
            lambda: self._admin.list_consumer_groups(request_timeout=self._settings.answer_seconds),
            _WHAT,
            self._settings,
        )
        if listed.errors:
            raise translated(listed.errors[0].args[0], _WHAT, self._settings)
        return [group.group_id for group in listed.valid]

    def _ask(self, places: Iterable[Partition], spec: Any) -> "dict[Any, Future[Any]]":
        wanted = {TopicPartition(topic, partition): spec for topic, partition in places}
        if not wanted:
            return {}
        asked: dict[Any, Future[Any]] = self._admin.list_offsets(
            wanted, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=_ASK_SECONDS
        )
        return asked

    def _known(self, places: Iterable[Partition], spec: Any) -> dict[Partition, int]:
        """Asks again for partitions whose leader was just lost: they are answered without an offset."""
        until = time.monotonic() + self._settings.answer_seconds
        found, unknown = dict[Partition, int](), list(places)
        while unknown:
            try:
                found |= self._answered(unknown, spec)
            except BrokersAway:
                if time.monotonic() > until:
                    raise
            unknown = [place for place in unknown if not is_known(found.get(place, OFFSET_INVALID))]
            if unknown and time.monotonic() > until:
                what = "/".join(map(str, unknown[0]))
                raise BrokersAway(what, self._settings.answer_seconds, self._settings.bootstrap, "no leader")
            if unknown:
                time.sleep(_NAP_SECONDS)
                self.look_again()
        return found

    def _answered(self, places: Iterable[Partition], spec: Any) -> dict[Partition, int]:
        wanted = list(places)
        found = answers(lambda: self._ask(wanted, spec), _WHAT, self._settings, look_again=self.look_again)
        return {(one.topic, one.partition): result.offset for one, result in found.items()}

    def look_again(self) -> None:
        """After a broker came back the client asks with the old leader's number until it is made to look."""
        with contextlib.suppress(KafkaException):
            self._admin.list_topics(timeout=1.0)
