import pytest
from research.benchmarks.line import BenchLine, paired, quantile


def test_the_interval_holds_the_ratio_and_what_slows_a_whole_round_down_takes_no_part_in_it() -> None:
    even = paired("x_ms", [1.0, 1.1, 0.9], [2.0, 2.2, 1.8], bar=0.6)
    assert even.ratio == pytest.approx(0.5)
    assert even.interval == pytest.approx((0.5, 0.5))
    uneven = paired("x_ms", [1.0, 1.2, 0.8], [2.0, 2.0, 2.0], bar=0.4)
    assert uneven.interval is not None
    assert uneven.interval[0] < 0.5 < uneven.interval[1]
    assert (even.verdict, uneven.verdict) == ("ok", "short")


def test_a_ratio_is_of_the_rounds_where_medians_of_different_ones_would_tell_another() -> None:
    apart = paired("x_ms", [1.0, 4.0, 9.0], [1.0, 8.0, 6.0], bar=0.8)
    assert (apart.ours, apart.theirs) == (4.0, 6.0)
    assert apart.ratio == pytest.approx((1.0 * 0.5 * 1.5) ** (1 / 3))
    assert apart.verdict == "short"


def test_a_line_without_an_interval_prints_none() -> None:
    assert "interval" not in str(BenchLine("x_ms", 1.0, 2.0))
    assert "interval=0.5..0.5" in str(paired("x_ms", [1.0, 1.0], [2.0, 2.0]))


def test_a_quantile_is_the_value_that_its_share_does_not_exceed() -> None:
    assert (quantile(range(100), 0.99), quantile([3.0], 0.99), quantile([5, 1, 3], 0.5)) == (99, 3.0, 3)
