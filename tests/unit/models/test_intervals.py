import numpy as np

from tillstream.models.evaluation.intervals import paired_bootstrap, paired_interval
from tillstream.models.evaluation.metrics import ranking_area


def test_a_steady_gain_lies_above_zero_and_chance_does_not() -> None:
    random = np.random.default_rng(1)
    assert paired_interval(random.normal(0.2, 1, 2_000)).above_zero
    assert not paired_interval(random.normal(0.0, 1, 2_000)).above_zero


def test_one_case_proves_nothing() -> None:
    assert not paired_interval(np.array([5.0])).above_zero


def test_a_better_ranking_is_told_from_an_equal_one() -> None:
    random = np.random.default_rng(2)
    labels = (random.random(800) < 0.2).astype(float)
    good, noise, other = labels + random.normal(0, 1, 800), random.normal(0, 1, 800), random.normal(0, 1, 800)
    assert paired_bootstrap(ranking_area, labels, good, noise, 7).above_zero
    assert not paired_bootstrap(ranking_area, labels, other, noise, 7).above_zero


def test_cases_of_one_customer_are_drawn_together_and_widen_the_interval() -> None:
    random = np.random.default_rng(3)
    labels = (random.random(100) < 0.4).astype(float)
    ours, plain = labels + random.normal(0, 1, 100), random.normal(0, 1, 100)
    again = [np.tile(column, 9) for column in (labels, ours, plain)]
    apart = paired_bootstrap(ranking_area, *again, seed=7)
    together = paired_bootstrap(ranking_area, *again, seed=7, groups=np.tile(np.arange(100), 9))
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_without_both_kinds_nothing_is_promoted() -> None:
    assert not paired_bootstrap(ranking_area, np.zeros(10), np.arange(10.0), np.zeros(10), 7).above_zero
