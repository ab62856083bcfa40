"""Fits the recommender: neighbours of sessions, of products in sessions, of products in baskets."""

import json
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
from scipy import sparse

from tillstream.models.datasets.histories import Baskets, History
from tillstream.models.scoring.arrays import bytes_of
from tillstream.models.scoring.recommend import RecommendScorer, RecommendSettings
from tillstream.models.scoring.rows import Floats, Ints

WINDOW = 10
"""Steps apart at which two products of a session still go together."""
STEP_DECAY, BACKWARD = 0.8, 0.5
"""What a step further apart counts, and what the earlier product counts as the later one's neighbour."""
BASKET_DECAY = 0.9
"""What a purchase counts a basket further back."""
STRONGEST = 200
"""Neighbours kept for a product."""
BLOCK = 512
"""Products whose buyers are compared at once: 50 MB in a shop of 24,000."""
POPULAR_SPAN = 0.5
"""Share of the log over which a view's say in what sells falls to 1/e."""


def fit_recommender(history: History, settings: RecommendSettings | None = None) -> dict[str, bytes]:
    """The files of an export; the same history gives the same bytes."""
    settings = settings or RecommendSettings()
    together = _strongest(_viewed_together(history))
    customers = sorted(history.baskets)
    bought = _bought(history.baskets, customers, len(history.product_ids))
    bought_with = _bought_together(bought)
    arrays = {
        "session_starts": history.session_rows.starts,
        "session_items": history.session_items,
        **_named("together", together),
        **_named("bought", bought),
        **_named("with", bought_with),
        "popularity": popularity_of(history),
        "categories": history.categories,
    }
    return {
        "settings.json": json.dumps(asdict(settings), sort_keys=True).encode(),
        "products.json": json.dumps(list(history.product_ids)).encode(),
        "customers.json": json.dumps(customers).encode(),
        **{f"{name}.npy": bytes_of(array) for name, array in arrays.items()},
    }


def recommender_of(history: History, settings: RecommendSettings | None = None) -> RecommendScorer:
    """A scorer as serving would load it."""
    return RecommendScorer.parse(fit_recommender(history, settings))


def popularity_of(history: History) -> Floats:
    """What sells and is looked at, newer views more; the largest is 1."""
    sessions = len(history.session_rows)
    age = (sessions - np.arange(sessions)) / max(1, sessions)
    weights = np.repeat(np.exp(-age / POPULAR_SPAN), np.diff(history.session_rows.starts))
    count = np.bincount(history.session_items, weights=weights, minlength=len(history.product_ids))
    sold = [item for baskets in history.baskets.values() for basket in baskets for item in basket]
    count += np.bincount(np.array(sold, np.int64), minlength=len(history.product_ids))
    share: Floats = (count / max(count.max(initial=0.0), 1e-9)).astype(np.float32)
    return share


def _viewed_together(history: History) -> sparse.csr_matrix:
    """Products of one session, nearer and later ones more; each row sums to 1."""
    items, rows = history.session_items, history.session_rows
    session_of = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    ones: list[Ints] = [np.zeros(0, np.int32)]
    twos: list[Ints] = [np.zeros(0, np.int32)]
    weights = [np.zeros(0)]
    for step in range(1, WINDOW + 1):
        near = np.flatnonzero((session_of[:-step] == session_of[step:]) & (items[:-step] != items[step:]))
        before, after = items[near], items[near + step]
        age = (len(rows) - session_of[near]) / max(1, len(rows))
        say = STEP_DECAY ** (step - 1) * np.exp(-age)
        ones += [before, after]
        twos += [after, before]
        weights += [say, say * BACKWARD]
    count = len(history.product_ids)
    table = sparse.csr_matrix(
        (np.concatenate(weights), (np.concatenate(ones), np.concatenate(twos))), shape=(count, count)
    )
    return _over(table, np.asarray(table.sum(axis=1)).ravel())


def _bought(baskets: Mapping[str, Baskets], customers: list[str], products: int) -> sparse.csr_matrix:
    """Customers by products: purchases, the newest basket counts 1."""
    rows, columns, weights = [], [], []
    for row, customer in enumerate(customers):
        for back, basket in enumerate(reversed(baskets[customer])):
            rows += [row] * len(basket)
            columns += list(basket)
            weights += [BASKET_DECAY**back] * len(basket)
    table = sparse.csr_matrix(
        (np.array(weights, float), (np.array(rows, np.int64), np.array(columns, np.int64))),
        shape=(len(customers), products),
    )
    table.sum_duplicates()
    return table


def _bought_together(bought: sparse.csr_matrix) -> sparse.csr_matrix:
    """The share of a product's buyers who bought the other, the strongest; a buyer of everything says little.

    Made a block of products at a time: the whole table of a large shop would not fit into memory.
    """
    products = bought.shape[1]
    ever = bought.astype(np.float32)
    ever.data[:] = 1.0
    width = np.maximum(np.asarray(ever.sum(axis=1)).ravel(), 1.0)
    buyers = np.maximum(np.asarray(ever.sum(axis=0)).ravel(), 1.0)
    by_product = (sparse.diags((1 / np.sqrt(width)).astype(np.float32)) @ ever).T.tocsr()
    blocks = [sparse.csr_matrix((0, products), dtype=np.float32)]
    for begin in range(0, products, BLOCK):
        rows = np.arange(begin, min(begin + BLOCK, products))
        shared = (by_product[rows] @ ever).toarray() / buyers[rows, None]
        shared[np.arange(len(rows)), rows] = 0.0
        if products > STRONGEST:
            weakest = np.argpartition(-shared, STRONGEST, axis=1)[:, STRONGEST:]
            np.put_along_axis(shared, weakest, 0.0, axis=1)
        blocks.append(sparse.csr_matrix(shared))
    return sparse.vstack(blocks, format="csr")


def _over(table: sparse.csr_matrix, by: Floats) -> sparse.csr_matrix:
    """Each row divided by its own number."""
    scaled = sparse.diags(1 / np.maximum(by, 1e-9)) @ table
    return scaled.tocsr()


def _strongest(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """The strongest neighbours of each row; ties fall to the product that comes first."""
    lengths = np.diff(table.indptr)
    row_of = np.repeat(np.arange(table.shape[0]), lengths)
    order = np.lexsort((table.indices, -table.data, row_of))
    rank = np.arange(len(order)) - np.repeat(table.indptr[:-1], lengths)
    keep = order[rank < STRONGEST]
    starts = np.concatenate(([0], np.cumsum(np.minimum(lengths, STRONGEST))))
    return sparse.csr_matrix((table.data[keep], table.indices[keep], starts), shape=table.shape)


def _named(name: str, table: sparse.csr_matrix) -> dict[str, Floats | Ints]:
    return {
        f"{name}_starts": table.indptr.astype(np.int64),
        f"{name}_items": table.indices.astype(np.int32),
        f"{name}_weights": table.data.astype(np.float32),
    }
