from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.features.live_loop import LiveLoop, reference, same
from tests.unit.features.small_log import small_log

from tillstream.features.definitions import FEATURES, schema_of
from tillstream.features.definitions.aggregations import Count, Sum
from tillstream.features.errors import MeaningChanged
from tillstream.features.meanings import Pinned, compare, decode_meanings, digest_of, encode_meanings, pin

PAID = FEATURES["card__paid_1d"]
PINNED = pin({}, {PAID.name: PAID})


@pytest.mark.parametrize(
    "changes",
    [
        {"aggregation": Sum("amount_cents"), "where": (("kind", ("declined",)),)},
        {"aggregation": Count()},
        {"window_seconds": 7_200},
        {"step_us": 60_000_000},
        {"offset_seconds": 60},
        {"counts_current": False},
        {"unit": "euro"},
    ],
)
def test_a_changed_meaning_is_refused_with_the_name_it_should_have(changes: dict[str, object]) -> None:
    other = replace(PAID, **changes)  # type: ignore[arg-type]
    assert compare(PINNED, {other.name: other}).changed == (other.name,)
    with pytest.raises(MeaningChanged, match="the name card__paid_1d@2"):
        pin(PINNED, {other.name: other})


def test_words_owner_and_users_are_no_part_of_the_meaning() -> None:
    same = replace(PAID, description="Otherwise worded.", owner="risk", use_cases=(), online=False)
    assert pin(PINNED, {same.name: same}) == PINNED


def test_two_versions_stand_beside_each_other_and_the_next_is_one_never_used() -> None:
    second = replace(PAID, name="card__paid_1d@2", window_seconds=7_200)
    both = pin(PINNED, {PAID.name: PAID, second.name: second})
    assert set(both) == {"card__paid_1d", "card__paid_1d@2"}
    assert (PAID.version, second.version) == (1, 2)
    third = replace(second, window_seconds=10_800)
    with pytest.raises(MeaningChanged, match="the name card__paid_1d@3"):
        pin(both, {PAID.name: PAID, third.name: third})


def test_two_versions_are_counted_and_read_at_once(tmp_path: Path) -> None:
    day = FEATURES["visitor__views_1d"]
    hour = replace(day, name="visitor__views_1d@2", window_seconds=3_600)
    loop = LiveLoop(tmp_path, small_log(4, 200, days=2.0), schema=schema_of([day, hour]))
    loop.count(loop.records())
    at_us = max(one.received_us for one in loop.events if one.topic == "clicks.v1")
    online = loop.values(at_us)
    assert same(online, reference(loop.events, at_us, schema=loop.schema))
    counts = [(of["visitor__views_1d"], of["visitor__views_1d@2"]) for of in online["visitor"].values()]
    assert sum(second for _, second in counts) < sum(first for first, _ in counts)


def test_a_retired_name_is_kept_and_not_used_again() -> None:
    retired = pin(PINNED, {})
    assert retired == {PAID.name: Pinned(digest_of(PAID), retired=True)}
    with pytest.raises(MeaningChanged):
        pin(retired, {PAID.name: PAID})
    assert pin(retired, {}) == decode_meanings(encode_meanings(retired)) == retired
