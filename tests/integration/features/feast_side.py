"""Feast's plain SDK in its own environment: one JSON request a line in, one JSON answer a line out."""

import json
import sys
from typing import Any

import pandas as pd
from feast import FeatureStore


def frame(columns: dict[str, list[Any]]) -> pd.DataFrame:
    found = pd.DataFrame(columns)
    found["event_timestamp"] = pd.to_datetime(found["event_timestamp"], unit="us", utc=True)
    return found


def plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    return None if value is None or value is pd.NaT or value != value else value


def answer(store: FeatureStore, asked: dict[str, Any]) -> Any:
    match asked["do"]:
        case "views":
            return {view.name: {f.name: str(f.dtype) for f in view.features} for view in store.list_feature_views()}
        case "services":
            return {one.name: sum(len(p.features) for p in one.feature_view_projections)
                    for one in store.list_feature_services()}  # fmt: skip
        case "read":
            store._get_provider().online_store.clock_us = lambda: asked["at_us"]
            features = asked.get("features") or store.get_feature_service(asked["service"])
            return store.get_online_features(features, asked["entities"]).to_dict()
        case "history":
            found = store.get_historical_features(frame(asked["rows"]), asked["features"]).to_df()
            found["event_timestamp"] = found["event_timestamp"].astype("int64") // 1000
            return [{name: plain(value) for name, value in row.items()} for row in found.to_dict("records")]
        case "materialize":
            begin, end = (pd.Timestamp(at, unit="us", tz="UTC").to_pydatetime() for at in asked["between"])
            return store.materialize(begin, end, asked["views"])
        case "push":
            return store.push(asked["source"], frame(asked["rows"]))
        case "write":
            return store.write_to_online_store(asked["view"], frame(asked["rows"]))
    raise ValueError(asked)


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # Feast prints
    store = FeatureStore(repo_path=sys.argv[1])
    for line in sys.stdin:
        try:
            told = {"answer": answer(store, json.loads(line))}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(told) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
