"""The HTTP door's logic, without HTTP: lines in, verdicts out when everything is on the disk."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tillstream.adapters.log import NewRecord
from tillstream.adapters.log.grouped import GroupedAppender
from tillstream.adapters.log.spool import Spool
from tillstream.core.contracts import TOPICS, decode
from tillstream.core.errors import EventRejected
from tillstream.data.ingestion import dead_letters
from tillstream.data.ingestion.accepted import accepted_record


class Line(msgspec.Struct):
    """One line at the door: where the event goes, and the event as it came."""

    topic: str
    event: msgspec.Raw


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that broke a rule; counted from 1."""

    line: int
    reasons: tuple[str, ...]
    dead_letter_id: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many lines are durable on the log, and which were not taken."""

    accepted: int
    rejected: tuple[RejectedLine, ...]


@dataclass(frozen=True, slots=True)
class _Bad:
    line: int
    topic: str
    value: bytes
    reasons: tuple[str, ...]


_LINES = msgspec.json.Decoder(Line)


class Door:
    """Takes events for source topics only; what Tillstream derives is not taken from outside.

    Dead letters go through the spool, so that a held-up dead-letter file holds up no event.
    """

    def __init__(self, appender: GroupedAppender, spool: Spool, *, clock_us: Callable[[], int]) -> None:
        self._appender, self._spool, self._clock_us = appender, spool, clock_us

    async def accept(self, lines: Sequence[bytes], *, route: str, request_id: str) -> Accepted:
        """Checks each line by itself; returns when events and dead letters are durable. Raises LogBusy.

        Empty lines are passed over. A client's own `received_at` is ignored: headers are never taken.
        """
        now_us = self._clock_us()
        good: dict[str, list[NewRecord]] = {}
        bad: list[_Bad] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            verdict = check_line(number, line, now_us)
            if isinstance(verdict, _Bad):
                bad.append(verdict)
            else:
                good.setdefault(verdict[0], []).append(verdict[1])
        waits: list[asyncio.Future[Any]] = [
            asyncio.wrap_future(self._appender.append(topic, records)) for topic, records in good.items()
        ]
        waits += [asyncio.wrap_future(self._bury(one, f"{route}/{request_id}/{one.line}", now_us)) for one in bad]
        await asyncio.gather(*waits)
        return Accepted(
            sum(map(len, good.values())),
            tuple(RejectedLine(b.line, b.reasons, dead_letters.dead_letter_id(b.topic, b.value)) for b in bad),
        )

    def _bury(self, bad: _Bad, place: str, now_us: int) -> Any:
        record = dead_letters.dead_letter_of(bad.topic, bad.value, bad.reasons, place=place, received_at_us=now_us)
        return self._spool.put(dead_letters.TOPIC, record, id=record.key)


def check_line(number: int, line: bytes, now_us: int) -> tuple[str, NewRecord] | _Bad:
    """The topic and the record to append, or what is wrong with the line."""
    try:
        envelope = _LINES.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _Bad(number, "?", line, (f'a line is {{"topic": …, "event": {{…}}}}: {error}',))
    value = bytes(envelope.event)
    topic = TOPICS.get(envelope.topic) or TOPICS.get(f"{envelope.topic}.v1")
    if topic is None or topic.derived:
        known = ", ".join(name for name, one in TOPICS.items() if not one.derived)
        return _Bad(number, envelope.topic, value, (f"no events are taken for {envelope.topic!r}; for {known}",))
    try:
        event = decode(topic, value, received_at_us=now_us)
    except EventRejected as error:
        return _Bad(number, topic.name, value, error.reasons)
    return topic.name, accepted_record(topic, event, value)
