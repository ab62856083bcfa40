"""Fetching features: 100 products x 30 features as tiles, beside finished values that lie in the same store.

Ours reads rows of tiles in one command and sums the windows at the instant of the read; whole numbers and cents stay
whole. Theirs has been given the values that ours then had: by a pipeline of HMGET, which gives back texts, and by
Feast's SDK on its Redis store, in an environment of its own. For one product the counterpart is a PING.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, cast

import numpy as np
from research.benchmarks.feature_home import feature_home
from research.benchmarks.line import BenchLine, paired, quantile

from tillstream.adapters.store import blocking_client
from tillstream.core.settings import StoreSettings
from tillstream.features.definitions import Feature, default_schema
from tillstream.features.online.query import Query
from tillstream.features.online.reading import readings_of
from tillstream.features.online.rows import FeatureRows

ROOT = Path(__file__).resolve().parents[2]
FEAST = ROOT / "var" / "env" / "feast" / "bin" / "python"
IDS, FEATURES, ENTITY = 100, 30, "product"
ROUNDS, FETCHES, FEAST_FETCHES = 9, 400, 40
BAR_HMGET, BAR_FEAST, BAR_PING = 0.35, 1 / 20, 2.0


def run() -> list[BenchLine]:
    """Milliseconds of a fetch at p50 and p99, and of one product's beside a PING."""
    subprocess.run(["make", "--no-print-directory", "setup", "FEAST=1"], cwd=ROOT, check=True)
    with feature_home() as (folder, store):
        return measured(store, folder)


def measured(store: StoreSettings, folder: Path) -> list[BenchLine]:
    """The figures on a store that is filled."""
    sides = Sides(store)
    values = sides.put_finished()
    with feast_side(store, folder, values) as feast:
        sides.check()
        times: dict[str, list[list[float]]] = {name: [] for name in ("ours", "hmget", "feast", "one", "ping")}
        for _ in range(ROUNDS):
            times["ours"].append(timed(sides.fetch, FETCHES))
            times["hmget"].append(timed(sides.hmget, FETCHES))
            times["feast"].append(feast(FEAST_FETCHES))
            times["one"].append(timed(sides.fetch_one, 5 * FETCHES))
            times["ping"].append(timed(sides.client.ping, 5 * FETCHES))
    at = {name: {q: [quantile(one, q) for one in rounds] for q in (0.5, 0.99)} for name, rounds in times.items()}
    ours, hmget, feast_times = at["ours"], at["hmget"], at["feast"]
    return [
        paired("fetch_100x30_p50_ms_of_hmget", ours[0.5], hmget[0.5], bar=BAR_HMGET),
        paired("fetch_100x30_p99_ms_of_hmget", ours[0.99], hmget[0.99]),
        paired("fetch_100x30_p50_ms_of_feast", ours[0.5], feast_times[0.5], bar=BAR_FEAST),
        paired("fetch_100x30_p99_ms_of_feast", ours[0.99], feast_times[0.99], bar=BAR_FEAST),
        paired("fetch_1x30_p50_ms_of_ping", at["one"][0.5], at["ping"][0.5]),
        paired("fetch_1x30_p99_ms_of_ping", at["one"][0.99], at["ping"][0.99], bar=BAR_PING),
        *sides.parts(),
    ]


def timed(ask: Callable[[], Any], times: int) -> list[float]:
    """Milliseconds of each call, after a few that do not count."""
    for _ in range(20):
        ask()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        found.append(1_000 * (time.perf_counter() - began))
    return found


class Sides:
    """The same products and features, as tiles and as finished values, by one client."""

    def __init__(self, store: StoreSettings) -> None:
        self.client = blocking_client(store)
        self._schema = default_schema()
        found = sorted(key.decode().split(":", 2)[2] for key in self.client.scan_iter(f"f:{ENTITY}:*", count=5_000))
        self.ids = Random(7).sample(found, IDS)
        self.features: list[Feature] = [
            one for one in self._schema.features.values() if one.entity == ENTITY and one.is_numeric
        ][:FEATURES]
        self.names = [one.name for one in self.features]
        self._readings = readings_of(self._schema, self.features, [ENTITY])
        self._at_us = time.time_ns() // 1_000

    def put_finished(self) -> dict[str, list[Any]]:
        """Writes the values of one instant as hashes of texts; gives them by feature, in the order of the ids."""
        rows = self.read(self.ids, self._at_us).values[ENTITY]
        with self.client.pipeline(transaction=False) as pipeline:
            for one in self.ids:
                told = {name: "" if value is None else repr(value) for name, value in rows[one].items()}
                pipeline.hset(f"finished:{one}", mapping=told)
            pipeline.execute()  # type: ignore[no-untyped-call]
        return {name: [rows[one][name] for one in self.ids] for name in self.names}

    def check(self) -> None:
        """Raises ValueError where the two sides do not hold the same values."""
        ours = self.read(self.ids, self._at_us).numbers(ENTITY)
        for name, texts in zip(self.names, zip(*self.hmget(), strict=True), strict=True):
            theirs = [float(text) if text else np.nan for text in texts]
            if not np.array_equal(np.asarray(ours[name], np.float64), theirs, equal_nan=True):
                raise ValueError(f"{name} differs")

    def read(self, ids: Sequence[str], at_us: int) -> FeatureRows:
        """As any reader does: keys, one command, what its answer says."""
        query = Query(self._schema, {ENTITY: ids}, self.features, at_us, None, self._readings)
        return query.answer(self.mget(query.keys))

    def fetch(self) -> Any:
        """All values now."""
        return self.read(self.ids, time.time_ns() // 1_000).numbers(ENTITY)

    def fetch_one(self) -> Any:
        """One product's values now."""
        return self.read(self.ids[:1], time.time_ns() // 1_000).values[ENTITY]

    def hmget(self) -> list[list[bytes]]:
        """All finished values, as texts."""
        with self.client.pipeline(transaction=False) as pipeline:
            for one in self.ids:
                pipeline.hmget(f"finished:{one}", self.names)
            return list(pipeline.execute())  # type: ignore[no-untyped-call]

    def mget(self, keys: Sequence[str]) -> list[bytes | None]:
        """The one command that a read of tiles takes."""
        return cast("list[bytes | None]", self.client.execute_command("MGET", *keys))  # type: ignore[no-untyped-call]

    def parts(self) -> list[BenchLine]:
        """What a fetch is made of: the round trip alone, and the values out of what it brought."""
        lines = []
        for ids in (self.ids, self.ids[:1]):
            query = Query(self._schema, {ENTITY: ids}, self.features, self._at_us, None, self._readings)
            found = self.mget(query.keys)
            trip = quantile(timed(partial(self.mget, query.keys), FETCHES), 0.5)
            values = quantile(timed(partial(_numbers, query, found), FETCHES), 0.5)
            lines += [
                BenchLine(f"fetch_{len(ids)}x{FEATURES}_round_trip_ms", trip),
                BenchLine(f"fetch_{len(ids)}x{FEATURES}_values_ms", values),
                BenchLine(f"fetch_{len(ids)}x{FEATURES}_row_bytes", sum(map(len, filter(None, found[2:]))) / len(ids)),
            ]
        return lines


def _numbers(query: Query, found: Sequence[bytes | None]) -> Any:
    return query.answer(found).numbers(ENTITY)


@contextmanager
def feast_side(
    store: StoreSettings, folder: Path, values: dict[str, list[Any]]
) -> Iterator[Callable[[int], list[float]]]:
    """Feast's SDK in its own environment, given these values; asked for so many fetches, it tells each one's ms."""
    (folder / "finished.json").write_text(json.dumps(values))
    command = [str(FEAST), "-m", "research.benchmarks.feast_fetch", str(store.port), str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None  # noqa: S101 - asked for
        assert process.stdout is not None  # noqa: S101 - asked for
        stdin, stdout = process.stdin, process.stdout

        def fetch(times: int) -> list[float]:
            stdin.write(f"{times}\n")
            stdin.flush()
            return list(json.loads(stdout.readline()))

        fetch(3)
        yield fetch
        stdin.close()
