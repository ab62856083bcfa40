"""A table's rows replaced by Spark: silver made anew with its nested lines, and what happens to a second writer."""

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from tests.shop import at, new_record, order

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import LakeSettings
from tillstream.data.lake import definition_of
from tillstream.data.lake.digest import table_digest
from tillstream.data.lake.errors import CommitConflict
from tillstream.data.lake.spark.reading import frame_of
from tillstream.data.lake.spark.writing import TableTransaction
from tillstream.data.lake.upkeep import compact
from tillstream.data.streaming.embedded.lake_worker import LakeWorker
from tillstream.data.streaming.spark.rebuilding import rebuild_silver

pytestmark = [pytest.mark.spark, pytest.mark.timeout(400)]
ORDERS = "silver.orders"


@pytest.fixture
def take(tmp_path, lake):
    """Lands orders by the embedded worker, as one that works on meanwhile."""
    log = SqliteLog(tmp_path / "log")

    def land(*orders):
        log.append("orders.v1", [new_record("orders.v1", one) for one in orders])
        LakeWorker(log, lake, LakeSettings(), topics=("orders.v1",)).run(lambda: False, until_caught_up=True)
        return log.log_id

    yield land
    log.close()


def bought(number, lines, **more):
    return order(f"o{number}", at("10:00"), "ann", lines, **more)


def test_orders_made_anew_from_bronze_keep_every_line(spark, lake, take):
    take(
        bought(1, {"lamp": (2, 900), "boots": (1, 4_500)}, decision_id="d1", region="north"),
        bought(2, {"lamp": (1, 900)}, kind="refunded"),
        bought(1, {"lamp": (2, 900), "boots": (1, 4_500)}, decision_id="d1", region="north"),
    )
    before, digest = lake.arrow(ORDERS), table_digest(lake, ORDERS)
    without = before.set_column(
        before.schema.get_field_index("lines"),
        before.schema.field("lines"),
        pa.nulls(2, before.schema.field("lines").type),
    )
    write_deltalake(lake.delta(ORDERS), without, mode="overwrite")
    assert table_digest(lake, ORDERS) != digest
    assert rebuild_silver(spark, lake, ORDERS).rows == 2
    assert table_digest(lake, ORDERS) == digest
    lines = {row["event_id"]: row["lines"] for row in lake.arrow(ORDERS).to_pylist()}
    assert lines == {row["event_id"]: row["lines"] for row in before.to_pylist()}
    assert [(one["product_id"], one["quantity"]) for one in lines["o1"]] == [("lamp", 2), ("boots", 1)]


def test_a_replacement_fails_where_a_writer_has_moved_a_position_since(spark, lake, take):
    log_id = take(bought(1, {"lamp": (1, 900)}))
    slow = TableTransaction(spark, lake, definition_of(ORDERS))
    partitions = lake.arrow(ORDERS)["log_partition"].to_pylist()
    assert [slow.position(f"{log_id}/orders.v1/{one}") for one in partitions] == [1]
    take(bought(2, {"lamp": (1, 900)}, order_id="order-o1"))  # of the same order, so on the same partition
    after = table_digest(lake, ORDERS)
    with pytest.raises(CommitConflict):
        slow.replace(frame_of(spark, lake, ORDERS).limit(0))
    assert table_digest(lake, ORDERS) == after


def test_of_two_that_replace_at_the_same_time_the_second_is_refused(spark, lake, take):
    take(bought(1, {"lamp": (1, 900)}), bought(2, {"boots": (1, 900)}))
    first, second = (TableTransaction(spark, lake, definition_of(ORDERS)) for _ in range(2))
    rows = frame_of(spark, lake, ORDERS)
    assert first.replace(rows.where("event_id = 'o1'")) == 1
    with pytest.raises(CommitConflict):
        second.replace(rows.where("event_id = 'o2'"))
    assert lake.arrow(ORDERS)["event_id"].to_pylist() == ["o1"]


def test_a_replacement_is_refused_where_the_files_were_compacted_since(spark, lake, take):
    take(bought(1, {"lamp": (1, 900)}))
    take(bought(2, {"boots": (1, 900)}))
    slow, rows = TableTransaction(spark, lake, definition_of(ORDERS)), frame_of(spark, lake, ORDERS)
    assert compact(lake, ORDERS).files_removed == 2
    with pytest.raises(CommitConflict):
        slow.replace(rows.where("event_id = 'o1'"))
    assert sorted(lake.arrow(ORDERS)["event_id"].to_pylist()) == ["o1", "o2"]
