"""Card payments: a week to learn from, a week until its frauds are known, a week to judge by.

Fraud Detection Handbook (ULB and Worldline), chapters 3 and 4: windows of 1, 7 and 30 days by customer and
by terminal, a terminal's risk seven days late, customers known to be compromised left out of the test days.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tillstream.core.errors import NotFound
from tillstream.models.datasets.windows import Trail
from tillstream.models.evaluation.metrics import average_precision, card_precision, ranking_area
from tillstream.models.protocols.figures import Figures
from tillstream.models.scoring.trees import TREES, FraudScorer
from tillstream.models.training.fraud.trial import FRAUD_TREES
from tillstream.models.training.trees import fit_trees

DAY: Final = 86_400
WINDOWS: Final = (1, 7, 30)
WEEK: Final = 7
NIGHT_UNTIL_HOUR: Final = 6
TRAIN_FROM: Final = date(2018, 7, 25)
"""The split the handbook's figures are published for."""
SEED: Final = 7

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Transactions:
    """Columns of card transactions, oldest first; seconds since 1970, UTC."""

    at_seconds: NDArray[np.int64]
    customer: Numbers
    terminal: Numbers
    amount: NDArray[np.float64]
    fraud: NDArray[np.float64]

    @property
    def day(self) -> NDArray[np.int64]:
        """Days since 1970."""
        return self.at_seconds // DAY


def measure_cards(raw: Path, train_from: date = TRAIN_FROM) -> Figures:
    """The handbook's measures on one split of its raw transactions."""
    rows = read_transactions(raw)
    features = features_of_cards(rows)
    matrix = np.column_stack(list(features.values())).astype(np.float32)
    train, test = split_weeks(rows, (train_from - date(1970, 1, 1)).days)
    trees = fit_trees(matrix[train], rows.fraud[train], list(features), FRAUD_TREES, SEED)
    risk = FraudScorer.parse({TREES: trees}).score(matrix[test])
    return Figures("cards", _measures(rows, test, risk), _measures(rows, test, rows.amount[test]), "amount", len(test))


def read_transactions(raw: Path) -> Transactions:
    """The handbook's raw table; raises NotFound."""
    if not raw.exists():
        raise NotFound(f"no file {raw}; TILLSTREAM_DATA or --data names the folder of the public logs")
    table = pq.read_table(raw, columns=["TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT", "TX_FRAUD"])
    columns = {name: table[name].to_numpy() for name in table.column_names}
    at = columns["TX_DATETIME"].astype("datetime64[s]").astype(np.int64)
    order = np.argsort(at, kind="stable")
    return Transactions(
        at[order],
        columns["CUSTOMER_ID"][order],
        columns["TERMINAL_ID"][order],
        columns["TX_AMOUNT"][order].astype(float),
        columns["TX_FRAUD"][order].astype(float),
    )


def features_of_cards(rows: Transactions) -> dict[str, Numbers]:
    """The handbook's fourteen, the amount, and how unusual the amount is for its customer."""
    at, amount = rows.at_seconds, rows.amount
    since = at - at.min()
    by_customer, by_terminal = Trail.of(rows.customer, since), Trail.of(rows.terminal, since)
    weekday = (rows.day + 3) % 7  # 1970-01-01 was a Thursday
    found: dict[str, Numbers] = {
        "amount": amount,
        "weekend": (weekday >= 5) * 1.0,
        "night": (at % DAY // 3600 <= NIGHT_UNTIL_HOUR) * 1.0,
    }
    for days in WINDOWS:
        count = by_customer.counts(days * DAY)
        found[f"customer__payments_{days}d"] = count
        found[f"customer__amount_mean_{days}d"] = by_customer.sums(amount, days * DAY) / count
    for days in WINDOWS:
        count = by_terminal.counts(days * DAY, WEEK * DAY)
        frauds = by_terminal.sums(rows.fraud, days * DAY, WEEK * DAY)
        found[f"terminal__payments_{days}d"] = count
        found[f"terminal__risk_{days}d"] = np.divide(frauds, count, out=np.zeros(len(count)), where=count > 0)
    mean = found["customer__amount_mean_30d"]
    squares = by_customer.sums(amount**2, 30 * DAY) / found["customer__payments_30d"]
    found["payment__over_customer_mean"] = amount / np.maximum(mean, 0.01)
    found["payment__deviations"] = (amount - mean) / np.sqrt(np.maximum(squares - mean**2, 1.0))
    return found


def split_weeks(rows: Transactions, first_day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows to learn from and rows to judge by, without customers known as compromised by each test day."""
    day = rows.day
    train = np.flatnonzero((day >= first_day) & (day < first_day + WEEK))
    known = set(rows.customer[train][rows.fraud[train] > 0].tolist())
    test = []
    for late in range(WEEK):
        known |= set(rows.customer[(day == first_day + WEEK + late - 1) & (rows.fraud > 0)].tolist())
        today = np.flatnonzero(day == first_day + 2 * WEEK + late)
        test.append(today[~np.isin(rows.customer[today], list(known))])
    return train, np.concatenate(test)


def _measures(rows: Transactions, test: NDArray[np.int64], risk: Numbers) -> dict[str, float]:
    labels = rows.fraud[test]
    return {
        "AUC": ranking_area(labels, risk),
        "AP": average_precision(labels, risk),
        "CP@100": card_precision(rows.day[test], rows.customer[test], labels, risk),
    }
