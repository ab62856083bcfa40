"""Dead letters brought back: find them, repair the bytes, send them again through the same door."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tillstream.adapters.log import Log, NewRecord
from tillstream.core.contracts import TOPICS, decode, decoder_of
from tillstream.core.contracts.derived import DeadLetter
from tillstream.core.errors import ContractError, NotFound
from tillstream.data.ingestion.accepted import accepted_record
from tillstream.data.ingestion.dead_letters import TOPIC

_PAGE_ROWS = 1_000


def original_of(letter: DeadLetter) -> bytes:
    """The event's bytes as they came."""
    return base64.b64decode(letter.original)


def dead_letters(log: Log) -> Iterator[DeadLetter]:
    """Every letter still on the log, oldest first, each id once."""
    seen = set()
    decoder = decoder_of(TOPIC)
    for partition in log.end_offsets(TOPIC):
        offset = 0
        while records := log.read(TOPIC, partition, offset, _PAGE_ROWS):
            offset = records[-1].offset + 1
            for record in records:
                letter = decoder.decode(record.value)
                if letter.event_id not in seen:
                    seen.add(letter.event_id)
                    yield letter  # type: ignore[misc]


def dead_letter_named(log: Log, letter_id: str) -> DeadLetter:
    """One letter by its id or the start of it; raises NotFound, also where two begin so."""
    found = [letter for letter in dead_letters(log) if letter.event_id.startswith(letter_id)]
    if len(found) != 1:
        count = "no" if not found else str(len(found))
        raise NotFound(f"{count} dead letters begin with {letter_id!r}; see `tillstream ingestion list`")
    return found[0]


class Repairs:
    """Repaired bytes that wait to be sent, and a mark for those that were: one small file a letter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, letter: DeadLetter, value: bytes, topic: str | None = None) -> None:
        """Keeps a repair after checking it; raises EventRejected if it still breaks a rule."""
        wanted = topic or letter.topic
        checked_record(wanted, value)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(letter).write_bytes(msgspec.json.encode({"topic": wanted, "value": value}))

    def of(self, letter: DeadLetter) -> tuple[str, bytes] | None:
        """The repaired topic and bytes, or None if nobody repaired it."""
        path = self._path(letter)
        if not path.exists():
            return None
        saved: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        return saved["topic"], base64.b64decode(saved["value"])

    def is_sent(self, letter: DeadLetter) -> bool:
        """Whether it was sent again."""
        return self._path(letter).with_suffix(".sent").exists()

    def mark_sent(self, letter: DeadLetter) -> None:
        """Remembers that it was sent again; after the append, so a crash between sends it twice, never not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(letter).with_suffix(".sent").touch()

    def _path(self, letter: DeadLetter) -> Path:
        return self._folder / f"{letter.event_id}.json"


def with_fields(value: bytes, changes: Mapping[str, Any]) -> bytes:
    """The event's JSON with fields set, or removed where the change is None; raises ContractError."""
    try:
        event = msgspec.json.decode(value)
    except msgspec.MsgspecError as error:
        raise ContractError(f"these bytes are not JSON ({error}); give the whole event with --value FILE") from error
    if not isinstance(event, dict):
        raise ContractError("these bytes are no JSON object; give the whole event with --value FILE")
    return msgspec.json.encode({name: v for name, v in {**event, **changes}.items() if v is not None})


def checked_record(topic: str, value: bytes, *, now_us: int | None = None) -> NewRecord:
    """The record to append if the event obeys its contract now; raises EventRejected, UnknownTopic."""
    found = TOPICS.get(topic) or TOPICS.get(f"{topic}.v1")
    if found is None or found.derived:
        raise ContractError(f"no events are taken for {topic!r}; name a source topic with --topic")
    return accepted_record(found, decode(found, value, received_at_us=now_us), value)


def send_again(log: Log, repairs: Repairs, letter: DeadLetter, *, now_us: int) -> None:
    """Sends a letter, repaired or as it was; received now. Raises EventRejected if it still breaks a rule."""
    topic, value = repairs.of(letter) or (letter.topic, original_of(letter))
    record = checked_record(topic, value, now_us=now_us)
    log.append(topic, [record])
    repairs.mark_sent(letter)
