import json
import random
from itertools import pairwise

import pytest
from research.faults.catalogue import catalogue
from research.faults.line import FaultLine
from research.faults.order import LONGEST_DELAY_SECONDS, shuffled, thrice
from scripts.reference.faults_page import RESULTS, faults_page
from tests.oracle.gold import differences_of_gold, expected_gold
from tests.oracle.sending import draw
from tests.oracle.silver import differences_of_silver, expected_silver

SENT = list(draw(3, 1_500))


def test_a_line_says_what_did_not_hold() -> None:
    whole = FaultLine("kill-lake", "embedded", 1_000, 0, 0, 0, 2.04, 1.0)
    assert str(whole) == (
        "fault kill-lake set=embedded events=1000 lost=0 doubled=0 wrong=0 recover_seconds=2.0 bare_seconds=1.0 ok"
    )
    assert FaultLine("late", "embedded", 9, 1, 0, 0).verdict == "broken"
    assert str(FaultLine("late", "embedded", 9, 0, 0, 0, why="no recovery")).endswith("broken: no recovery")


def test_the_page_has_a_row_for_every_trial_and_a_sentence_for_every_fault() -> None:
    page, lines = faults_page(), json.loads(RESULTS.read_text())["lines"]
    for line in lines:
        assert f"| `{line['name']}` | {line['set']} | {line['events']:,} |" in page
    for fault in catalogue().values():
        assert fault.what in page
        assert not fault.sets or set(fault.sets) <= {"embedded", "distributed"}


def test_thrice_is_each_three_times_and_the_first_one_first() -> None:
    told = list(thrice(iter(SENT)))
    assert len(told) == 3 * len(SENT)
    first = list({(one.topic, one.key, one.value): one for one in reversed(told)}.values())
    assert {one.received_at_us for one in first} <= {one.received_at_us for one in SENT}
    assert expected_silver(told) == expected_silver(SENT)


def test_shuffled_holds_each_up_by_less_than_the_watermark_waits() -> None:
    told = list(shuffled(iter(SENT)))
    before = {(one.topic, one.value): one.received_at_us for one in reversed(SENT)}
    delays = [one.received_at_us - before[one.topic, one.value] for one in told]
    assert min(delays) >= 0
    assert sorted(told, key=lambda one: one.received_at_us) == told
    assert sorted(one.value for one in told) == sorted(one.value for one in SENT)
    own = [one.received_at_us - two.received_at_us for one, two in pairwise(told)]
    assert max(own) <= 0 < LONGEST_DELAY_SECONDS


@pytest.mark.parametrize("kind", ["lost", "doubled", "wrong"])
def test_the_oracle_tells_what_is_lost_from_what_is_doubled_and_what_is_wrong(kind: str) -> None:
    chance = random.Random(1)
    silver = {entity: list(rows.values()) for entity, rows in expected_silver(SENT).items()}
    gold = expected_gold(silver)
    for rows in (silver["clicks"], gold["product_daily"]):
        n = chance.randrange(len(rows))
        if kind == "lost":
            del rows[n]
        elif kind == "doubled":
            rows.append(dict(rows[n]))
        else:
            rows[n] = {**rows[n], **({"visitor_id": "x"} if "visitor_id" in rows[n] else {"views": -1})}
    assert [one.kind for one in differences_of_silver(silver, SENT)] == [kind]
    entities = {entity: list(rows.values()) for entity, rows in expected_silver(SENT).items()}
    assert {one.kind for one in differences_of_gold(gold, entities)} == {kind}
