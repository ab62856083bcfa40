"""Sessions: rank all items for each test prefix; HR@20 and MRR@20, 0 past rank 20, mean over prefixes."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tillstream.core.errors import NotFound
from tillstream.models.datasets.histories import history_of
from tillstream.models.protocols.figures import Figures
from tillstream.models.training.recommend.fit import recommender_of

TOP = 20


def measure_sessions(train: Path, test: Path) -> Figures:
    """`train`: a session a line, item ids, oldest first; `test`: prefix items, a tab, the target."""
    scorer = recommender_of(history_of(line.split() for line in lines_of(train)))
    popular = {one.product_id: rank for rank, one in enumerate(scorer.candidates((), TOP), start=1)}
    ranks, plain = [], []
    for line in lines_of(test):
        prefix, _, target = line.rstrip("\n").rpartition("\t")
        found = scorer.candidates(prefix.split()[::-1], TOP)
        ranks.append(next((rank for rank, one in enumerate(found, start=1) if one.product_id == target), 0))
        plain.append(popular.get(target, 0))
    return Figures("sessions", _measures(ranks), _measures(plain), "popularity", len(ranks))


def lines_of(path: Path) -> Iterator[str]:
    """Lines of a text file, packed or not; raises NotFound."""
    if not path.exists():
        raise NotFound(f"no file {path}; TILLSTREAM_DATA or --data names the folder of the public logs")
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        yield from lines


def _measures(ranks: list[int]) -> dict[str, float]:
    found = np.array(ranks, float)
    reciprocal = np.divide(1.0, found, out=np.zeros(len(found)), where=found > 0)
    return {f"HR@{TOP}": float((found > 0).mean()), f"MRR@{TOP}": float(reciprocal.mean())}
