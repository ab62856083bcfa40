"""Writes a snapshot from plain rows; where the rows come from is `collect.py`'s matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tillstream.adapters.search import Document, build_index
from tillstream.decisions.snapshot.catalogue import Product
from tillstream.decisions.snapshot.files import MANIFEST, PRODUCTS, SEARCH, Manifest, new_snapshot

TASTES = 3


@dataclass(frozen=True, slots=True)
class Stocked:
    """A product with what the page does not show."""

    product: Product
    cost_cents: int | None = None
    on_hand: int | None = None
    popularity: float = 0.0


@dataclass(frozen=True, slots=True)
class ChurnScores:
    """Scores of a batch run."""

    scores: Mapping[str, float] = field(default_factory=dict)
    model: str | None = None
    scored_at_us: int | None = None


def write_snapshot(
    folder: Path,
    *,
    made_at_us: int,
    products: Sequence[Stocked],
    tastes: Mapping[str, Sequence[str]],
    churn: ChurnScores,
) -> Manifest:
    """A new snapshot under `folder`, current when this returns; tastes name categories, most looked at first."""
    held = sorted({one.product.product_id: one for one in products}.items(), key=lambda pair: pair[0].encode())
    stocked = [one for _, one in held]
    categories = sorted({one.product.category for one in stocked})
    codes = {name: code for code, name in enumerate(categories)}
    manifest = Manifest(
        snapshot_id=f"s{made_at_us:014x}",
        made_at_us=made_at_us,
        products=len(stocked),
        categories=categories,
        tastes=len(tastes),
        churn_scores=len(churn.scores),
        churn_model=churn.model,
        churn_scored_at_us=churn.scored_at_us,
    )
    with new_snapshot(folder, manifest.snapshot_id) as staging:
        _write_products(staging, stocked, codes)
        _write_keyed(
            staging, "taste_ids", "tastes", {k: _padded(v, codes) for k, v in tastes.items()}, np.int32, TASTES
        )
        _write_keyed(staging, "churn_ids", "churn", churn.scores, np.float32, 0)
        build_index(staging / SEARCH, (_document(place, one.product) for place, one in enumerate(stocked)))
        (staging / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return manifest


def _write_products(staging: Path, stocked: Sequence[Stocked], codes: Mapping[str, int]) -> None:
    lines = [msgspec.json.encode(one.product) + b"\n" for one in stocked]
    (staging / PRODUCTS).write_bytes(b"".join(lines))
    popularity = np.array([one.popularity for one in stocked], np.float32)
    columns = {
        "product_ids": np.array([one.product.product_id.encode() for one in stocked], np.bytes_),
        "offsets": np.concatenate(([0], np.cumsum([len(line) for line in lines], dtype=np.int64))).astype(np.int64),
        "category": np.array([codes[one.product.category] for one in stocked], np.int32),
        "price_cents": np.array([one.product.price_cents for one in stocked], np.int64),
        "cost_cents": np.array([_or_unknown(one.cost_cents) for one in stocked], np.int64),
        "on_hand": np.array([_or_unknown(one.on_hand) for one in stocked], np.int64),
        "popularity": popularity,
        "popular": np.argsort(-popularity, kind="stable").astype(np.int32),
    }
    for name, column in columns.items():
        np.save(staging / f"{name}.npy", column, allow_pickle=False)


def _write_keyed(staging: Path, ids: str, name: str, rows: Mapping[str, Any], dtype: Any, width: int) -> None:
    held = sorted((key.encode(), value) for key, value in rows.items())
    values = np.array([value for _, value in held], dtype)
    np.save(staging / f"{ids}.npy", np.array([key for key, _ in held], np.bytes_), allow_pickle=False)
    np.save(staging / f"{name}.npy", values.reshape(len(held), width) if width else values, allow_pickle=False)


def _padded(names: Sequence[str], codes: Mapping[str, int]) -> tuple[int, ...]:
    known = [codes[name] for name in names if name in codes][:TASTES]
    return (*known, *([-1] * (TASTES - len(known))))


def _or_unknown(value: int | None) -> int:
    return -1 if value is None else max(value, 0)


def _document(place: int, product: Product) -> Document:
    return Document(place, product.title, product.brand or "", product.category, product.description or "")
