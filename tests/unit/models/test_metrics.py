import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillstream.models.evaluation.metrics import average_precision, card_precision, poisson_gain, ranking_area


def test_a_perfect_ranking_has_area_one_and_ties_count_half() -> None:
    labels = np.array([0, 0, 1, 1])
    assert ranking_area(labels, np.array([0.1, 0.2, 0.3, 0.4])) == 1.0
    assert ranking_area(labels, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5
    assert ranking_area(labels, np.array([0.1, 0.3, 0.2, 0.4])) == 0.75


def test_without_both_kinds_there_is_no_area() -> None:
    assert np.isnan(ranking_area(np.zeros(3), np.arange(3)))


def test_average_precision_is_the_mean_precision_at_the_positives() -> None:
    labels, scores = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1])
    assert average_precision(labels, scores) == pytest.approx((1 / 1 + 2 / 3) / 2)


def test_equal_scores_share_the_precision_at_their_end() -> None:
    assert average_precision(np.array([1, 0, 0, 0]), np.full(4, 0.5)) == pytest.approx(0.25)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40), st.randoms())
def test_the_order_of_the_rows_does_not_matter(rows: list[tuple[bool, int]], random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    for measure in (ranking_area, average_precision):
        first, second = (measure(*(np.array(c, float) for c in zip(*r, strict=True))) for r in (rows, shuffled))
        assert first == pytest.approx(second, nan_ok=True)


def test_a_card_that_was_found_is_not_looked_at_again() -> None:
    days = np.array([0, 0, 1, 1])
    cards, labels = np.array(["a", "b", "a", "c"]), np.array([1, 0, 1, 1])
    scores = np.array([0.9, 0.1, 0.9, 0.5])
    # Day 0 finds a; on day 1 a is passed over and c comes first.
    assert card_precision(days, cards, labels, scores, top=1) == 1.0


def test_the_true_rate_gains_most() -> None:
    counts = np.array([0.0, 3.0, 6.0])
    assert poisson_gain(counts, np.full(3, 3.0)).sum() > poisson_gain(counts, np.full(3, 4.0)).sum()
