"""The side of feature_fetch that runs in Feast's environment: its SDK on its Redis store, with the values it is given.

Arguments: the store's port and a folder with `finished.json`. For each number read from stdin it fetches so many times
and prints the milliseconds of each.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64, Int64


def store_with(port: int, folder: Path, frame: pd.DataFrame) -> FeatureStore:
    """A store with one view of these columns, its values written."""
    online = {"type": "redis", "connection_string": f"127.0.0.1:{port}"}
    config = RepoConfig(
        project="fetch",
        provider="local",
        registry=str(folder / "fetch.db"),
        online_store=online,
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    product = Entity(name="product", join_keys=["product_id"], value_type=ValueType.STRING)
    source = FileSource(name="finished", path=str(folder / "none.parquet"), timestamp_field="event_timestamp")
    columns = [name for name in frame.columns if name not in ("product_id", "event_timestamp")]
    schema = [Field(name=name, dtype=Int64 if frame[name].dtype == "int64" else Float64) for name in columns]
    view = FeatureView(name="finished", entities=[product], schema=schema, source=source, ttl=timedelta(0))
    store.apply([product, view])
    store.write_to_online_store("finished", frame)
    return store


def main() -> None:
    """Serves until stdin ends."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    values = json.loads((folder / "finished.json").read_text())
    ids = [f"finished-{number}" for number in range(len(next(iter(values.values()))))]
    frame = pd.DataFrame({"product_id": ids, **values, "event_timestamp": datetime.now(UTC)})
    store = store_with(port, folder, frame)
    names = [f"finished:{name}" for name in values]
    entities = [{"product_id": one} for one in ids]
    for line in sys.stdin:
        found = []
        for _ in range(int(line)):
            began = time.perf_counter()
            answer = store.get_online_features(names, entities)
            found.append(1_000 * (time.perf_counter() - began))
            if len(answer.to_dict()["product_id"]) != len(ids):
                raise ValueError("rows are missing")
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
