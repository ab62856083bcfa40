"""Lakes of a simulated shop, written straight to silver: what models read, without the minutes of a log."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from deltalake import WriterProperties

from tillstream.core.contracts import SOURCE_TOPICS, topic_named
from tillstream.core.contracts.bots import is_bot
from tillstream.data.lake import Lake, definition_of
from tillstream.data.lake.writing import TableWriter
from tillstream.data.sources.world import World, WorldSettings
from tillstream.data.sources.world.revealing import write_truth_of

MakeHome = Callable[[WorldSettings], Path]


@pytest.fixture(scope="session")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> MakeHome:
    """A home with the lake and the truth of a world; each world is made once."""
    made: dict[WorldSettings, Path] = {}

    def home(settings: WorldSettings) -> Path:
        if settings not in made:
            made[settings] = tmp_path_factory.mktemp("shop")
            write_world(made[settings], settings)
        return made[settings]

    return home


def write_world(home: Path, settings: WorldSettings) -> None:
    world, rows = World(settings), {topic: [] for topic in SOURCE_TOPICS}
    for day in world.days():
        columns = (day.rows.received_at_us.tolist(), day.rows.topic.tolist(), day.rows.value)
        for received_us, number, value in zip(*columns, strict=True):
            rows[SOURCE_TOPICS[number]].append((received_us, value))
    lake = Lake(home / "lake")
    for topic, events in rows.items():
        if events:
            write_silver(lake, topic, events)
    write_truth_of(world, home / "truth")


def write_silver(lake: Lake, topic: str, received: list[tuple[int, bytes]]) -> None:
    contract = topic_named(topic)
    definition = definition_of(f"silver.{contract.entity}")
    decode = msgspec.json.Decoder(contract.contract).decode
    events = [decode(value) for _, value in received]
    at = pa.array([received_us for received_us, _ in received], pa.timestamp("us", "UTC"))
    columns = {
        "received_at": at,
        "occurred_on": [event.occurred_at.date() for event in events],
        "log_id": ["world"] * len(events),
        "log_partition": [0] * len(events),
        "log_offset": list(range(len(events))),
    }
    if topic == "clicks.v1":
        columns["is_bot"] = [is_bot(event) for event in events]
    for field in definition.schema:
        if field.name not in columns:
            columns[field.name] = [plain(getattr(event, field.name)) for event in events]
    ordered = {name: columns[name] for name in definition.schema.names}
    TableWriter(lake, definition, WriterProperties()).append(pa.table(ordered, schema=definition.schema), {})


def plain(value: Any) -> Any:
    """Order lines as dicts, the rest as it is."""
    if isinstance(value, list) and value and isinstance(value[0], msgspec.Struct):
        return [msgspec.structs.asdict(line) for line in value]
    return value
