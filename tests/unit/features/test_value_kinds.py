import pytest
from tests.unit.features.live_loop import SCHEMA, LiveLoop
from tests.unit.features.small_log import DAY_US, START, small_log

from tillstream.core.contracts import to_micros
from tillstream.features.definitions import FEATURES
from tillstream.features.definitions.aggregations import Given
from tillstream.features.value_kinds import value_kind

TYPES = {"whole": int, "fraction": float, "text": str, "wholes": tuple, "texts": tuple, "counts": dict}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[type]]:
    """The types of every served feature's values, over a log with everything that goes wrong in it."""
    loop = LiveLoop(tmp_path_factory.mktemp("log"), small_log(11, 400, days=4.0))
    loop.count(loop.records())
    types: dict[str, set[type]] = {}
    for rows in loop.values(to_micros(START) + 4 * DAY_US).values():
        for row in rows.values():
            for name, value in row.items():
                if value is not None and value != ():
                    types.setdefault(name, set()).add(type(value))
    return types


def test_the_kind_of_a_feature_is_the_type_of_its_value(seen: dict[str, set[type]]) -> None:
    assert len(seen) > 0.9 * len(SCHEMA.features)
    kinds = {name: TYPES[kind] for name in seen if (kind := value_kind(FEATURES[name])) is not None}
    assert {name: types for name, types in seen.items() if types != {kinds[name]}} == {}


def test_only_what_the_request_says_has_no_kind() -> None:
    without = {name for name, feature in FEATURES.items() if value_kind(feature) is None}
    assert without == {name for name, feature in FEATURES.items() if isinstance(feature.aggregation, Given)}
