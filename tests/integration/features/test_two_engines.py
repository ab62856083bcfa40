"""Two live engines and two writers over one log, in any order of their steps: the store ends equal to Polars.

Every step is one that processes can take: an engine reads a batch and counts it much later, when it is a zombie; it
dies between or finds itself behind and leaves a backlog to batch; batch takes over and corrects; a writer dies; the
store loses its data. In the middle of a write and of a batch run something else may happen.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import valkey
from tests.integration.features.conftest import Server
from tests.unit.features.live_loop import IDS, SMALL, LiveLoop, digest, reference
from tests.unit.features.small_log import DAY_US, START, Received, SilverTables, in_order, small_log

from tillstream.adapters.log import Record
from tillstream.adapters.store import WritingStore
from tillstream.core.contracts import to_micros
from tillstream.core.errors import StoreUnavailable
from tillstream.core.settings import StoreSettings
from tillstream.features.engines.embedded import Batch
from tillstream.features.engines.embedded.state import ask_for_all, batch_owes
from tillstream.features.errors import Superseded
from tillstream.features.offline.release import release
from tillstream.features.online import OnlineWriter
from tillstream.features.parity.home import check_parity
from tillstream.features.parity.live import read_online
from tillstream.features.parity.report import lines_of

STEPS = 36
EVENTS, COPIES = 80, 30
END_US = to_micros(START) + 8 * DAY_US
LATENESS_US = (DAY_US // 24, 3 * DAY_US)
ASKED = {entity: ids for entity, ids in IDS.items() if entity in SMALL.groups}
KEYS = [f"{entity}:{one}" for entity, ids in ASKED.items() for one in ids]


class Follower:
    """A live engine's process: where it reads on, and what it has read and not yet counted."""

    def __init__(self, loop: LiveLoop, draw: random.Random) -> None:
        self._loop, self._draw = loop, draw
        self.overtaken = self.left = 0
        self.start()

    def start(self) -> None:
        """As after a restart: nothing in memory, and the kept offsets."""
        self._engine = self._loop.new_engine()
        self._next = self._engine.offsets()
        self._held: Batch | None = None

    def read(self) -> None:
        """Reads some records of some partitions, in place of what it held."""
        records: list[Record] = []
        for (topic, partition), offset in self._next.items():
            if self._draw.random() < 0.7:
                records += self._loop.log.read(topic, partition, offset, self._draw.randrange(1, 9))
        self._held = self._engine.decode(records) if records else None

    def count(self) -> None:
        """Counts what it holds; what the other one counted meanwhile is left out."""
        if self._held is not None:
            horizon_us = self._engine.backlog_horizon_us() if self._draw.random() < 0.2 else 0
            outcome = self._engine.apply(self._held, read_from=self._next, horizon_us=horizon_us)
            self.left += outcome.left_to_batch
            self.overtaken += outcome.events < len(self._held.arrived)
            self._next |= self._held.following
            self._held = None

    def catch_up(self) -> None:
        """Counts all that is on the log."""
        self.start()
        while sum(self._next.values()) < sum(sum(self._loop.log.end_offsets(t).values()) for t in SMALL.topics):
            self.read()
            self.count()


class Interrupted(WritingStore):
    """A writer's store; before it writes, something may happen."""

    def __init__(self, settings: StoreSettings, meanwhile: Callable[[], None]) -> None:
        super().__init__(settings)
        self._meanwhile = meanwhile

    def swap(self, guard: str, expected: bytes, following: bytes, values: Mapping[int, Mapping[str, bytes]]) -> bool:
        self._meanwhile()
        return super().swap(guard, expected, following, values)


class InterruptedSilver(SilverTables):
    """The silver of a batch run; while it reads, something may happen."""

    def __init__(self, log: Sequence[Received], meanwhile: Callable[[], None]) -> None:
        super().__init__(log)
        self._meanwhile = meanwhile

    def arrow(self, name: str, columns: Sequence[str] | None = None, where: Any = None) -> pa.Table:
        self._meanwhile()
        return super().arrow(name, columns, where)


class Scene:
    """What can happen, each by a draw."""

    def __init__(self, folder: Path, server: Server, seed: int) -> None:
        self.draw, self.may_interrupt = random.Random(seed), True
        self.left = with_copies(small_log(seed, EVENTS, days=4.0, late=0.25), self.draw)
        self.server, self.loop = server, LiveLoop(folder, [], schema=SMALL, lateness_us=self.draw.choice(LATENESS_US))
        self.followers = [Follower(self.loop, self.draw) for _ in range(2)]
        self.writers = [self.new_writer() for _ in range(2)]
        self.client = valkey.Valkey(port=server.settings.port)
        self.client.flushall()
        self.cleared = self.interrupted = 0

    def new_writer(self) -> OnlineWriter:
        updates, store = self.loop.updates, Interrupted(self.server.settings, self.meanwhile)
        most = self.draw.randrange(3, 40)
        resend, owes = partial(ask_for_all, updates), partial(batch_owes, updates, self.loop.logs.identity(SMALL))
        return OnlineWriter(
            updates, store, SMALL, ask_for_all=resend, batch_owes=owes, max_records=most, filling_records=most
        )

    def happen(self) -> None:
        one = self.draw.choice(self.followers)
        steps: tuple[tuple[int, Callable[[], object]], ...] = (
            (8, self.receive),
            (10, one.read),
            (10, one.count),
            (2, one.start),
            (2, self.correct),
            (8, self.draw.choice(self.writers).apply),
            (1, self.restart_writer),
            (1, self.clear_store),
        )
        self.draw.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()

    def meanwhile(self) -> None:
        """One step within another, but none within that."""
        if self.may_interrupt and self.draw.random() < 0.3:
            self.may_interrupt = False
            self.interrupted += 1
            self.happen()
            self.may_interrupt = True

    def correct(self) -> None:
        """A batch run; one that was overtaken sends nothing."""
        self.loop.lake_reads_all()
        with suppress(Superseded):
            release(InterruptedSilver(self.loop.events, self.meanwhile), self.loop.logs, SMALL)

    def receive(self) -> None:
        """The shop sends its next events."""
        size = self.draw.randrange(4, 30)
        portion, self.left = self.left[:size], self.left[size:]
        append(self.loop, portion)

    def restart_writer(self) -> None:
        self.writers[self.draw.randrange(2)] = self.new_writer()

    def clear_store(self) -> None:
        self.client.flushall()
        self.cleared += 1

    def arrive(self) -> None:
        """Everything that is on its way arrives; batch has not looked since it last ran."""
        self.may_interrupt = False
        append(self.loop, self.left)
        self.followers[0].catch_up()
        self.followers[1].count()
        self.loop.lake_reads_all()
        self.write_all()

    def write_all(self) -> None:
        """Until the store is level, or answers nothing for batch owes it something."""
        while not self.writers[0].apply().is_level and not self.awaits_batch:
            pass

    @property
    def awaits_batch(self) -> bool:
        position = self.writers[0].position()
        return position is not None and position.needs_batch and self.writers[0].apply().records == 0

    def check(self, at_us: int) -> None:
        """The store where it stands, live tiles and batch's, against what its position counts."""
        if self.awaits_batch:
            with pytest.raises(StoreUnavailable, match="being filled"):
                asyncio.run(read_online(self.server.settings, SMALL, ASKED, at_us))
            return
        silver = SilverTables(self.loop.events)
        found = check_parity(silver, self.loop.logs, self.server.settings, SMALL, KEYS, at_us)
        assert (found.mismatches, found.valued > 5) == (0, True), list(lines_of(found))


def with_copies(log: Sequence[Received], draw: random.Random) -> list[Received]:
    """The log with many of its events once more, up to a day later."""
    drawn = [(one.received_us, one.topic, one.event) for one in log]
    copies = [(us + draw.randrange(DAY_US), topic, event) for us, topic, event in draw.sample(drawn, COPIES)]
    return in_order([*drawn, *copies])


def append(loop: LiveLoop, events: list[Received]) -> None:
    for topic in dict.fromkeys(one.topic for one in events):
        loop.log.append(topic, [one.record() for one in events if one.topic == topic])
    loop.events += events


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(range(6), marks=pytest.mark.services),
        pytest.param(range(6, 206), marks=[pytest.mark.kill, pytest.mark.timeout(400)]),
    ],
    ids=["few", "many"],
)
def test_the_store_ends_equal_to_the_reference_whatever_the_order(
    quick_folder: Path, server: Server, seeds: range
) -> None:
    cleared = overtaken = interrupted = left = 0
    for seed in seeds:
        scene = Scene(quick_folder / str(seed), server, seed)
        for _ in range(STEPS):
            scene.happen()
        scene.arrive()
        scene.check(to_micros(START) + 4 * DAY_US)
        scene.loop.release()
        scene.write_all()
        rows = asyncio.run(read_online(server.settings, SMALL, ASKED, END_US))
        assert digest(rows.values) == digest(reference(scene.loop.events, END_US, schema=SMALL)), seed
        cleared, interrupted = cleared + scene.cleared, interrupted + scene.interrupted
        overtaken += sum(one.overtaken for one in scene.followers)
        left += sum(one.left > 0 for one in scene.followers)
        scene.loop.logs.close()
    assert min(cleared, overtaken, interrupted, left) >= len(seeds) // 3
