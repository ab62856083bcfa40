"""What models may know, on the two days of the sample shop."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest
from tests.integration.models.conftest import write_silver
from tests.shop.events import at, click, order, payment, shop_events

from tillstream.core.contracts import Event, to_micros
from tillstream.core.errors import NotTrained
from tillstream.data.lake import Lake
from tillstream.models.datasets.customers import customers_as_of, read_activity
from tillstream.models.datasets.demand import read_demand
from tillstream.models.datasets.payments import read_payments
from tillstream.models.datasets.shop_log import read_shop_log


def lake_of(folder: Path, events: list[tuple[str, Event, datetime | None]]) -> Lake:
    """A lake with these events, each received when it happened or at the third of its triple."""
    by_topic: defaultdict[str, list[tuple[int, bytes]]] = defaultdict(list)
    for topic, event, received in events:
        by_topic[topic].append((to_micros(received or event.occurred_at), event.encode()))
    lake = Lake(folder)
    for topic, received in by_topic.items():
        write_silver(lake, topic, received)
    return lake


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return lake_of(tmp_path_factory.mktemp("lake"), [(topic, event, None) for topic, event in shop_events()])


def test_sessions_and_baskets_come_in_order(shop: Lake) -> None:
    log = read_shop_log(shop)
    assert [(s.customer_id, list(s.product_ids)) for s in log.sessions] == [
        ("ann", ["boots", "sneakers"]),
        (None, ["desk-lamp", "floor-lamp"]),
    ]
    assert [(b.customer_id, list(b.product_ids)) for b in log.baskets] == [
        ("ann", ["boots"]),
        ("eve", ["floor-lamp", "boots"]),
        ("ann", ["sneakers"]),
    ]
    assert log.categories["boots"] == "shoes"


def test_half_an_hour_of_silence_ends_a_session(tmp_path: Path) -> None:
    seen = [("09:00", "boots"), ("09:30", "lamp"), ("10:00:01", "lamp")]
    views = [("clicks.v1", click(f"e{i}", at(when), "v", product_id=p), None) for i, (when, p) in enumerate(seen)]
    log = read_shop_log(lake_of(tmp_path, views))
    assert [list(session.product_ids) for session in log.sessions] == [["boots", "lamp"], ["lamp"]]


def test_a_cut_leaves_out_all_that_began_later(shop: Lake) -> None:
    log = read_shop_log(shop)
    before = log.until(to_micros(at("11:05")))
    assert list(before.baskets) == ["ann"]
    assert len(before.session_rows) == 2
    assert len(log.until(to_micros(at("09:30"))).session_rows) == 1


def test_a_payment_counts_as_fraud_from_the_moment_the_chargeback_was_received(shop: Lake) -> None:
    payments = read_payments(shop)
    assert list(payments.payment_ids) == ["payment-y1", "payment-y3", "payment-y4"]  # y2 was declined
    assert payments.labels(to_micros(at("17:59", day=2))).tolist() == [0, 0, 0]
    assert payments.labels(to_micros(at("18:00", day=2))).tolist() == [0, 1, 0]


def test_a_chargeback_received_late_is_known_late(tmp_path: Path) -> None:
    taken_back = payment("y2", at("10:00", day=2), 500, kind="charged_back", payment_id="payment-y1", card_id="k")
    events = [
        ("payments.v1", payment("y1", at("09:00"), 500, card_id="k"), None),
        ("payments.v1", taken_back, at("10:00", day=9)),
    ]
    payments = read_payments(lake_of(tmp_path, events))
    assert payments.labels(to_micros(at("09:59", day=9))).tolist() == [0]
    assert payments.labels(to_micros(at("10:00", day=9))).tolist() == [1]


def test_a_payments_own_event_is_not_among_its_features(shop: Lake) -> None:
    payments = read_payments(shop)
    place = {slot.name: at for at, slot in enumerate(payments.slots)}
    tried = payments.matrix[:, place["card__payments_30d"]].tolist()
    assert tried == [0, 0, 1]  # ann's second payment sees her first, the first sees nothing
    declined = payments.matrix[:, place["device__declines_1h"]].tolist()
    assert declined == [0, 1, 0]
    assert payments.matrix[2, place["payment__over_card_mean"]] == pytest.approx(7_110 / 9_900)


def test_who_came_back_within_the_horizon_has_not_gone(shop: Lake) -> None:
    activity = read_activity(shop)
    rows = customers_as_of(shop, activity, [to_micros(at("12:00"))], horizon_days=1)
    assert dict(zip(rows.customer_ids, rows.gone.tolist(), strict=True)) == {"ann": 0.0, "eve": 1.0}
    assert rows.quiet_seconds.tolist() == [(12 * 60 - 9 * 60 - 5) * 60, (12 * 60 - 11 * 60 - 5) * 60]
    place = {slot.name: at for at, slot in enumerate(rows.slots)}
    assert rows.matrix[:, place["customer__orders_7d"]].tolist() == [1, 1]


def test_demand_counts_carts_for_looks_and_orders_where_nobody_clicks(tmp_path: Path) -> None:
    looks = [
        ("clicks.v1", click(f"v{i}", at("09:00"), "v", product_id="boots", price_cents=900), None) for i in range(3)
    ]
    cart = ("clicks.v1", click("c", at("09:01"), "v", "cart_added", product_id="boots", price_cents=900), None)
    bought = ("orders.v1", order("o", at("09:02"), "ann", {"boots": (2, 900)}), None)
    clicked = read_demand(lake_of(tmp_path / "clicked", [*looks, cart, bought]))
    assert (clicked.looks.tolist(), clicked.count.tolist(), clicked.price_cents.tolist()) == ([3], [1], [900])
    ordered = read_demand(lake_of(tmp_path / "ordered", [bought]))
    assert (ordered.looks.tolist(), ordered.count.tolist(), ordered.price_cents.tolist()) == ([1], [2], [900])


def test_an_empty_lake_says_what_is_missing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for read, why in (
        (read_shop_log, "no product views and no orders in this log"),
        (read_payments, "no payments in this log"),
        (read_activity, "no known customer did anything in this log"),
        (read_demand, "no product was looked at or ordered at a price in this log"),
    ):
        with pytest.raises(NotTrained) as nothing:
            read(lake)
        assert nothing.value.why == why


def test_payments_without_any_chargeback_teach_nothing(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, [("payments.v1", payment("y1", at("09:00"), 500, card_id="k"), None)])
    with pytest.raises(NotTrained, match="no payment of this log was charged back"):
        read_payments(lake)
