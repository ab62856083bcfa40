"""The side of training_sets that runs in Feast's environment: its historical features on its file and DuckDB stores.

Its argument is a folder with the events, the spine and `wanted.json`. For each store named on stdin it makes the
training set, writes it beside them, and prints the seconds that took.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Int64


def store_on(kind: str, folder: Path, fields: Mapping[str, Sequence[str]]) -> tuple[FeatureStore, list[str]]:
    """The SDK on one of its offline stores with a view a table, and the names of all fields."""
    config = RepoConfig(
        project="training",
        provider="local",
        registry=str(folder / f"{kind}.db"),
        offline_store={"type": kind},
        online_store=None,
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.STRING)
    views = [
        FeatureView(
            name=name,
            entities=[customer],
            schema=[Field(name=field, dtype=Int64) for field in of],
            source=FileSource(name=name, path=str(folder / f"{name}.parquet"), timestamp_field="occurred_at"),
            ttl=timedelta(0),
        )
        for name, of in fields.items()
    ]
    store.apply([customer, *views])
    return store, [f"{name}:{field}" for name, of in fields.items() for field in of]


def main() -> None:
    """Serves until stdin ends."""
    folder = Path(sys.argv[1])
    wanted = json.loads((folder / "wanted.json").read_text())
    stores = {kind: store_on(kind, folder, wanted["fields"]) for kind in wanted["stores"]}
    spine = pd.read_parquet(folder / "spine.parquet").rename(columns={"at": "event_timestamp"})
    for line in sys.stdin:
        store, names = stores[line.strip()]
        began = time.perf_counter()
        made = store.get_historical_features(spine, names).to_df()
        seconds = time.perf_counter() - began
        made.to_parquet(folder / f"{line.strip()}.parquet")
        sys.stdout.write(f"{seconds}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
