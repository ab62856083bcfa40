import numpy as np
import pytest

from tillstream.models.scoring import NEVER, PAYMENT_VALUES, FraudScorer, payment_values
from tillstream.models.scoring.trees import TREES
from tillstream.models.training.trees import TreeSettings, fit_trees

NAMES = ["amount", "noise", "quiet"]


@pytest.fixture(scope="module")
def trees() -> bytes:
    matrix, labels = rows()
    return fit_trees(matrix, labels, NAMES, TreeSettings(rounds=30, rising=("quiet",)), seed=7)


def rows() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    matrix = random.normal(size=(2_000, 3)).astype(np.float32)
    labels = (matrix[:, 0] + 0.5 * matrix[:, 2] + random.normal(0, 0.5, 2_000) > 1.5).astype(float)
    return matrix, labels


def test_what_drives_the_risk_is_found(trees: bytes) -> None:
    scorer = FraudScorer.parse({TREES: trees})
    low, high = scorer.score(np.array([[-1, 0, 0], [3, 0, 1]], np.float32))
    assert low < 0.1 < 0.5 < high
    moved = scorer.contributions(np.array([3, 0, 1], np.float32))
    assert len(moved) == len(NAMES)
    assert np.argmax(np.abs(moved)) == 0


def test_contributions_and_the_base_add_up_to_the_log_odds(trees: bytes) -> None:
    scorer = FraudScorer.parse({TREES: trees})
    row = np.array([1.2, -0.3, 0.4], np.float32)
    risk = float(scorer.score(row.reshape(1, -1))[0])
    assert scorer.contributions(row).sum() + scorer.base_log_odds == pytest.approx(np.log(risk / (1 - risk)), abs=1e-6)


def test_a_rising_feature_never_lowers_the_risk(trees: bytes) -> None:
    scorer = FraudScorer.parse({TREES: trees})
    ladder = np.column_stack([np.full(50, 1.0), np.zeros(50), np.linspace(-3, 3, 50)]).astype(np.float32)
    assert (np.diff(scorer.score(ladder)) >= 0).all()


def test_the_same_rows_and_seed_give_the_same_text(trees: bytes) -> None:
    matrix, labels = rows()
    assert fit_trees(matrix, labels, NAMES, TreeSettings(rounds=30, rising=("quiet",)), seed=7) == trees


def test_a_payment_is_held_against_what_is_usual_for_its_card() -> None:
    payment = {"amount_cents": 9_000, "card_country": "DE", "ip_country": "FR", "shipping_country": "FR"}
    values = payment_values(payment, 3 * 3_600_000_000, {"card__payment_mean_30d": 3_000.0})
    assert tuple(values) == PAYMENT_VALUES
    assert values["payment__over_card_mean"] == 3.0
    assert values["payment__over_customer_mean"] == NEVER
    assert values["payment__hour"] == 3.0
    assert values["payment__countries"] == 2.0
    assert values["payment__card_abroad"] == 1.0
    assert values["payment__ships_abroad"] == 0.0
