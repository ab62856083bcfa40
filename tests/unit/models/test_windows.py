import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tillstream.models.datasets.windows import Trail

EVENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(-5, 5)), min_size=1, max_size=40)


@given(EVENTS, st.integers(1, 30), st.integers(0, 30))
def test_windows_equal_what_a_loop_over_all_pairs_gives(events, window: int, delay: int) -> None:
    keys, at, values = (np.array(column, np.int64) for column in zip(*events, strict=True))
    trail = Trail.of(keys, at)
    expected = [
        [v for k, t, v in events if k == key and now - delay - window < t <= now - delay] for key, now, _ in events
    ]
    assert trail.counts(window, delay).tolist() == [len(found) for found in expected]
    assert trail.sums(values.astype(float), window, delay).tolist() == [sum(found) for found in expected]
