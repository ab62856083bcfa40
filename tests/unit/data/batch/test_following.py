"""What came of a decision, by which channel a click came, and sessions' last word."""

import random
from datetime import timedelta

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from tests.oracle.following import decision_outcomes
from tests.shop import at, click, new_record, order

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.contracts.behaviour import Impression
from tillstream.core.contracts.derived import Decision, Session
from tillstream.core.contracts.market import Campaign
from tillstream.core.settings import LakeSettings
from tillstream.data.batch.gold import build_gold
from tillstream.data.lake import Lake, definition_of
from tillstream.data.streaming.embedded.lake_worker import LakeWorker

TOPICS = ("clicks.v1", "impressions.v1", "orders.v1", "campaigns.v1", "decisions.v1", "sessions.v1")


@pytest.fixture
def gold(tmp_path):
    """Appends events by topic, lands them, builds one table; its rows in order of their key."""
    log, lake = SqliteLog(tmp_path / "log"), Lake(tmp_path / "lake")

    def build(name, **events):
        for topic, some in events.items():
            log.append(f"{topic}.v1", [new_record(f"{topic}.v1", event) for event in some])
        LakeWorker(log, lake, LakeSettings(), topics=TOPICS).run(lambda: False, until_caught_up=True)
        build_gold(lake, [f"gold.{name}"])
        rows = lake.arrow(f"gold.{name}").to_pylist()
        return sorted(rows, key=lambda row: [str(value) for value in list(row.values())[:4]])

    yield build
    log.close()


def shown(when, *products, **fields):
    ids = {"event_id": f"i{when}", "visitor_id": "v1", "surface": "for_you", "decision_id": "h1"}
    return Impression(occurred_at=when, product_ids=list(products), **ids, **fields)


def test_a_decision_is_told_with_what_it_showed_and_what_came_of_it(gold):
    decided = Decision(event_id="h1", occurred_at=at("08:59"), use_case="recommend", record={}, visitor_id="v1",
                       mode="normal", arm="new", propensity=0.25)  # fmt: skip
    rows = gold(
        "decision_outcomes",
        decisions=[decided],
        impressions=[shown(at("09:00"), "boots", "lamp", propensities=[0.5, 0.125])],
        clicks=[
            click("c1", at("09:01"), "v1", "viewed", product_id="lamp", decision_id="h1"),
            click("c2", at("09:02"), "v1", "viewed", product_id="boots", decision_id="other"),
        ],
        orders=[order("o", at("10:00"), "ann", {"lamp": (2, 900)}, decision_id="h1")],
    )
    assert [
        (r["product_id"], r["position"], r["propensity"], r["clicked"], r["ordered"], r["revenue_cents"]) for r in rows
    ] == [("boots", 0, 0.5, False, False, 0), ("lamp", 1, 0.125, True, True, 1_800)]
    assert {(r["use_case"], r["mode"], r["arm"], r["arm_propensity"]) for r in rows} == {
        ("recommend", "normal", "new", 0.25)
    }
    assert rows[1]["clicked_at"] == at("09:01")


def test_an_order_days_later_is_put_to_the_day_the_product_was_shown(gold):
    when = at("09:00")
    gold("decision_outcomes", impressions=[shown(when, "lamp")])
    late = [
        order("in time", when + timedelta(days=6, hours=23), "ann", {"lamp": (1, 500)}, decision_id="h1"),
        order("too late", when + timedelta(days=7), "ann", {"lamp": (1, 700)}, decision_id="h1"),
        order("before", when - timedelta(seconds=1), "ann", {"lamp": (1, 900)}, decision_id="h1"),
    ]
    (row,) = gold("decision_outcomes", orders=late)
    assert (row["day"], row["units"], row["revenue_cents"]) == (when.date(), 1, 500)


def test_what_came_of_a_list_shown_again_counts_once_on_the_day_it_was_last_shown(gold):
    first, again = at("22:00"), at("22:00") + timedelta(days=1)
    gold("decision_outcomes", impressions=[shown(first, "lamp", "boots")])
    clicks = [click(f"c{when}", when, "v1", "viewed", product_id="lamp", decision_id="h1")
              for when in (again - timedelta(hours=1), again + timedelta(hours=23))]  # fmt: skip
    orders = [order("early", again - timedelta(minutes=1), "ann", {"lamp": (1, 500)}, decision_id="h1"),
              order("late", again + timedelta(days=5), "ann", {"lamp": (2, 700)}, decision_id="h1")]  # fmt: skip
    before = gold("decision_outcomes", clicks=clicks, orders=orders)
    assert [(r["product_id"], r["units"]) for r in before] == [("boots", 0), ("lamp", 3)]
    # Only now is it told that the list was shown again, and what came after that moves to that day.
    boots, lamp, lamp_again = gold("decision_outcomes", impressions=[shown(again, "lamp")])
    assert (boots["impressions"], boots["clicked"], boots["ordered"]) == (1, False, False)
    assert (lamp["day"], lamp["clicked_at"], lamp["units"], lamp["revenue_cents"]) == (
        first.date(), clicks[0].occurred_at, 1, 500,
    )  # fmt: skip
    assert (lamp_again["day"], lamp_again["clicked_at"], lamp_again["units"], lamp_again["revenue_cents"]) == (
        again.date(), clicks[1].occurred_at, 2, 1_400,
    )  # fmt: skip
    assert lamp["impressions"] == lamp_again["impressions"] == 1


def test_lists_shown_again_and_again_are_what_the_oracle_says_told_in_any_order(gold, tmp_path):
    chance = random.Random(3)
    told = [("impressions", shown(when, *chance.sample(["boots", "lamp"], chance.choice([1, 2]))))
            for when in _moments(chance, 12)]  # fmt: skip
    told += [("clicks", click(f"c{when}", when, "v1", "viewed", product_id="lamp", decision_id="h1"))
             for when in _moments(chance, 40)]  # fmt: skip
    told += [("orders", order(f"o{when}", when, "ann", {"lamp": (1, 500), "boots": (2, 70)}, decision_id="h1"))
             for when in _moments(chance, 12)]  # fmt: skip
    chance.shuffle(told)
    for some in (told[:30], told[30:50], told[50:]):
        rows = gold("decision_outcomes", **{topic: [one for name, one in some if name == topic] for topic, _ in some})
    lake = Lake(tmp_path / "lake")
    silver = {topic: _known(lake.arrow(f"silver.{topic}").to_pylist()) for topic, _ in told}
    expected = sorted(decision_outcomes(silver), key=lambda row: [str(value) for value in list(row.values())[:3]])
    assert [{column: row[column] for column in expected[0]} for row in rows] == expected
    assert sum(row["units"] for row in rows) == sum(
        line["quantity"] for one in silver["orders"] for line in one["lines"] if _was_shown(silver, one, line)
    )


def _moments(chance, number):
    return [at("00:00") + timedelta(minutes=chance.randrange(20 * 24 * 60)) for _ in range(number)]


def _known(row):
    """A row as it was sent: without what it leaves out, nor do its lines have it."""
    if isinstance(row, list):
        return [_known(one) for one in row]
    if not isinstance(row, dict):
        return row
    return {name: _known(value) for name, value in row.items() if value is not None}


def _was_shown(silver, order, line):
    return any(
        line["product_id"] in seen["product_ids"]
        and timedelta() <= order["occurred_at"] - seen["occurred_at"] < timedelta(days=7)
        for seen in silver["impressions"]
    )


CHANNELS = [
    ({}, "direct"),
    ({"utm_medium": "Email"}, "email"),
    ({"utm_medium": "cpc", "referrer": "https://www.google.com/"}, "paid"),
    ({"referrer": "https://www.google.com/search"}, "search"),
    ({"referrer": "https://l.instagram.com/x"}, "social"),
    ({"referrer": "https://webmail.example.org/inbox"}, "email"),
    ({"referrer": "https://blog.example.org:8443/best-lamps"}, "referral"),
    ({"referrer": "https://shop.example/a", "page": "https://shop.example/b"}, "direct"),
    ({"utm_source": "poster"}, "other"),
    ({"campaign_id": "g9"}, "other"),
    ({"campaign_id": "g1"}, "social"),
    ({"utm_campaign": "spring"}, "social"),
]


def test_a_click_has_the_channel_it_came_by(gold):
    ids = {"event_id": "k1", "campaign_id": "g1", "utm_campaign": "spring"}
    started = Campaign(occurred_at=at("08:00"), kind="started", channel="social", **ids)
    clicks = [click(f"c{n:02}", at("09:00"), "v1", "viewed", **fields) for n, (fields, _) in enumerate(CHANNELS)]
    rows = gold("clicks_attributed", campaigns=[started], clicks=clicks)
    assert [row["channel"] for row in rows] == [channel for _, channel in CHANNELS]


def test_an_order_is_credited_to_the_last_click_that_was_not_direct(gold):
    rows = gold(
        "clicks_attributed",
        clicks=[
            click("c1", at("09:00"), "v1", "viewed", utm_medium="email"),
            click("c2", at("09:10"), "v2", "viewed", customer_id="ann", utm_medium="cpc"),
            click("c3", at("09:20"), "v1", "viewed"),
            click("c4", at("09:30"), "v1", "viewed", utm_medium="email", user_agent="Googlebot/2.1"),
            click("c5", at("11:00"), "v1", "viewed", utm_medium="email"),
        ],
        orders=[order("o", at("10:00"), "ann", {"lamp": (2, 900)}, visitor_id="v1")],
    )
    assert [(row["event_id"], row["orders"], row["revenue_cents"]) for row in rows] == [
        ("c1", 0, 0), ("c2", 1, 1_800), ("c3", 0, 0), ("c5", 0, 0),
    ]  # fmt: skip


def test_the_highest_revision_of_a_session_holds_unless_it_takes_it_back(gold):
    def told(session_id, revision, **fields):
        ids = {"event_id": f"{session_id}{revision}", "session_id": session_id, "visitor_id": "v1"}
        times = {"occurred_at": at("09:00"), "started_at": at("09:00"), "ended_at": at("09:10")}
        return Session(**ids, **times, revision=revision, clicks=revision // 2, **fields)

    gold("sessions", sessions=[told("s1", 4), told("s2", 2)])
    (row,) = gold("sessions", sessions=[told("s1", 9, closed=True), told("s1", 6), told("s2", 8, retracted=True)])
    assert (row["session_id"], row["revision"], row["clicks"], row["closed"]) == ("s1", 9, 4, True)


def test_a_table_begun_before_a_column_came_gets_it_and_keeps_its_rows(gold, tmp_path):
    lake, definition = Lake(tmp_path / "lake"), definition_of("silver.clicks")
    old = pa.schema([field for field in definition.schema if field.name != "is_bot"])
    folder = lake.folder("silver.clicks")
    folder.mkdir(parents=True)
    DeltaTable.create(folder, old, partition_by=["occurred_on"])
    row = {"event_id": "old", "visitor_id": "v0", "kind": "viewed", "occurred_on": at("08:00").date()}
    row |= {"occurred_at": at("08:00"), "received_at": at("08:00"), "log_id": "x", "log_partition": 0, "log_offset": 0}
    write_deltalake(folder, pa.Table.from_pylist([row], schema=old), mode="append")
    assert lake.arrow("silver.clicks")["is_bot"].to_pylist() == [None]
    rows = gold(
        "clicks_attributed",
        clicks=[
            click("bot", at("09:00"), "v1", "viewed", user_agent="curl/8"),
            click("new", at("09:00"), "v1", "viewed"),
        ],
    )
    assert [row["event_id"] for row in rows] == ["new", "old"]
    assert DeltaTable(folder).protocol().min_writer_version == 2
