"""Churn scores of all customers at once, kept for the day the store is down.

Imports Polars, so the API never imports this module.
"""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from tillstream.core.contracts import from_micros
from tillstream.data.lake import Lake
from tillstream.data.lake.bots import without_bots
from tillstream.decisions.ports import Champion, RiskModel
from tillstream.decisions.snapshot.files import write_atomically
from tillstream.decisions.snapshot.write import ChurnScores
from tillstream.features.definitions import features_named
from tillstream.features.offline import training_set

SCORES: Final = "churn_scores.json"
_ROWS: Final = 20_000


def score_customers(lake: Lake, champion: Champion[RiskModel], at_us: int) -> ChurnScores:
    """A score for each customer the lake knows, with features as of `at_us`."""
    ids = _customers(lake)
    scores: dict[str, float] = {}
    for start in range(0, len(ids), _ROWS):
        chunk = ids[start : start + _ROWS]
        spine = pl.DataFrame({"customer_id": chunk}).with_columns(
            pl.lit(from_micros(at_us)).cast(pl.Datetime("us", "UTC")).alias("at")
        )
        frame = training_set(lake, spine, features_named(champion.features))
        found = champion.model.score(_matrix(frame, champion))
        scores.update(zip(chunk, (round(float(one), 6) for one in found), strict=True))
    return ChurnScores(scores, champion.name, at_us)


def save_scores(folder: Path, found: ChurnScores) -> None:
    """Keeps them for the next snapshot; the whole old or the whole new."""
    held = {"model": found.model, "scored_at_us": found.scored_at_us, "scores": dict(found.scores)}
    write_atomically(folder / SCORES, held)


def saved_scores(folder: Path) -> ChurnScores:
    """The last ones; none before the first run."""
    try:
        held: dict[str, Any] = json.loads((folder / SCORES).read_bytes())
    except FileNotFoundError:
        return ChurnScores()
    return ChurnScores(held["scores"], held["model"], held["scored_at_us"])


def _customers(lake: Lake) -> list[str]:
    found: set[str] = set()
    for table in ("silver.customers", "silver.orders", "silver.clicks"):
        column = lake.arrow(table, ["customer_id"], without_bots(table))["customer_id"].combine_chunks().unique()
        found.update(one for one in column.to_pylist() if one is not None)
    return sorted(found)


def _matrix(frame: pl.DataFrame, champion: Champion[RiskModel]) -> np.ndarray[Any, np.dtype[np.float32]]:
    columns = [
        frame[name].cast(pl.Float32).fill_null(default).fill_nan(default).to_numpy()
        for name, default in zip(champion.features, champion.defaults, strict=True)
    ]
    return np.column_stack(columns).astype(np.float32)
