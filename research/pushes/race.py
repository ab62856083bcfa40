"""The race itself, in Feast's environment: rounds in which two processes push each key an older and a newer value."""

import json
import multiprocessing
import random
import sys
import time
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, PushSource, RepoConfig, ValueType
from feast.types import Int64

KEYS = 250
"""Pushed in one call, by each of the two."""
SIDES = ("stream", "batch")
BEGIN = pd.Timestamp("2026-01-01", tz="UTC")
PATIENCE_SECONDS = 120
OURS = "tillstream.features.engines.feast.online_store.TillstreamOnlineStore"


def store_of(writer: str, port: int, folder: Path) -> FeatureStore:
    """The plain SDK on one writer's online store."""
    ours, theirs = {"type": OURS, "port": port}, {"type": "redis", "connection_string": f"127.0.0.1:{port}"}
    return FeatureStore(
        config=RepoConfig(
            project="race",
            provider="local",
            registry=str(folder / f"{writer}.db"),
            online_store=ours if writer == "tillstream" else theirs,
            entity_key_serialization_version=3,
        )
    )


def register(store: FeatureStore, folder: Path) -> None:
    """One view of one number, filled by pushes."""
    shopper = Entity(name="shopper", join_keys=["shopper_id"], value_type=ValueType.STRING)
    batch = FileSource(name="shopper_values", path=str(folder / "none.parquet"), timestamp_field="event_timestamp")
    push = PushSource(name="shopper_push", batch_source=batch)
    schema = [Field(name="event_number", dtype=Int64)]
    view = FeatureView(name="shopper", entities=[shopper], schema=schema, source=push, ttl=timedelta(0))
    store.apply([shopper, push, view])


def frame(side: str, number: int, seed: int) -> pd.DataFrame:
    """What a side pushes in a round: of every key the older or the newer of two events, the other side the other."""
    draw = random.Random(f"{seed}/{number}")
    has_newer = [draw.random() < 0.5 for _ in range(KEYS)]
    events = [2 * number + (newer == (side == "stream")) for newer in has_newer]
    ids = [f"s-{key}" for key in range(KEYS)]
    times = [BEGIN + pd.Timedelta(milliseconds=event) for event in events]
    return pd.DataFrame({"shopper_id": ids, "event_number": events, "event_timestamp": times})


def push_all(side: str, store: FeatureStore, rounds: range, seed: int, turn: Barrier) -> None:
    """One side: pushes as soon as both are ready, and waits until the round was looked at."""
    for number in rounds:
        pushed = frame(side, number, seed)
        turn.wait(PATIENCE_SECONDS)
        store.push("shopper_push", pushed)
        turn.wait(PATIENCE_SECONDS)


def older_left(store: FeatureStore, number: int) -> int:
    """How many keys do not hold the newer event of the round."""
    ids = [f"s-{key}" for key in range(KEYS)]
    found = store.get_online_features(["shopper:event_number"], {"shopper_id": ids}).to_dict()["event_number"]
    return sum(value != 2 * number + 1 for value in found)


def run(writer: str, port: int, folder: Path, writes: int, seed: int) -> dict[str, Any]:
    """The whole race; a round is two writes a key."""
    store = store_of(writer, port, folder)
    register(store, folder)
    store.refresh_registry()
    rounds = range(1, -(-writes // (2 * KEYS)) + 1)
    fork = multiprocessing.get_context("fork")
    turn = fork.Barrier(len(SIDES) + 1)
    sides = [fork.Process(target=push_all, args=(side, store, rounds, seed, turn), daemon=True) for side in SIDES]
    for side in sides:
        side.start()
    begun, regressions = time.monotonic(), 0
    for number in rounds:
        turn.wait(PATIENCE_SECONDS)
        turn.wait(PATIENCE_SECONDS)
        regressions += older_left(store, number)
    seconds = time.monotonic() - begun
    for side in sides:
        side.join(PATIENCE_SECONDS)
    return {"writes": 2 * KEYS * len(rounds), "regressions": regressions, "seconds": seconds}


def main() -> None:
    """Arguments: port, folder, writes, seed, then the writers, one after the other."""
    port, folder, writes, seed, *writers = sys.argv[1:]
    for writer in writers:
        told = run(writer, int(port), Path(folder), int(writes), int(seed))
        sys.stdout.write(json.dumps({"writer": writer, **told}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
