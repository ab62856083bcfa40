"""The watermark over partitions of different speed."""

from hypothesis import given
from hypothesis import strategies as st

from tillstream.data.streaming.logic.watermark import NEVER, Watermark

A, B = ("clicks.v1", 0), ("clicks.v1", 1)


def watermark(lateness_ms: int = 100) -> Watermark:
    return Watermark(frozenset({A, B}), lateness_ms)


def test_a_partition_that_was_not_read_holds_time_back() -> None:
    assert watermark().advanced({A: 5_000}).at_ms == NEVER


def test_the_partition_furthest_behind_counts() -> None:
    assert watermark().advanced({A: 5_000, B: 900}).at_ms == 799


def test_an_event_exactly_the_lateness_behind_is_not_late() -> None:
    assert watermark().advanced({A: 5_000, B: 5_000}).at_ms < 4_900


def test_an_idle_partition_holds_nothing_back() -> None:
    assert watermark().advanced({A: 5_000, B: 900}, idle={B}).at_ms == 4_899
    assert watermark().advanced({A: 5_000}, idle={B}).at_ms == 4_899


def test_where_all_are_idle_the_furthest_counts() -> None:
    assert watermark().advanced({A: 5_000, B: 900}, idle={A, B}).at_ms == 4_899
    assert watermark().advanced({}, idle={A, B}).at_ms == NEVER


@given(st.lists(st.tuples(st.sampled_from([A, B]), st.integers(0, 10_000), st.sets(st.sampled_from([A, B])))))
def test_it_never_falls(seen: list[tuple[tuple[str, int], int, set[tuple[str, int]]]]) -> None:
    mark = watermark()
    for partition, ms, idle in seen:
        following = mark.advanced({partition: ms}, idle)
        assert following.at_ms >= mark.at_ms
        mark = following
