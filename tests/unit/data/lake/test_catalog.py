"""Table definitions follow from the contracts."""

import pyarrow as pa
import pytest

from tillstream.core.contracts import LAKE_TOPICS, topic_named
from tillstream.data.lake import Lake, definition_of, table_names
from tillstream.data.lake.errors import UnknownTable


def test_every_topic_with_a_contract_has_a_bronze_and_a_silver_table():
    for topic in LAKE_TOPICS:
        entity = topic_named(topic).entity
        assert {f"bronze.{entity}", f"silver.{entity}"} <= set(table_names())


def test_no_instant_is_naive_so_that_every_delta_reader_can_read():
    for name in table_names():
        for field in definition_of(name).schema:
            if pa.types.is_timestamp(field.type):
                assert field.type == pa.timestamp("us", tz="UTC"), f"{name}.{field.name}"


def test_an_orders_lines_are_structs_and_a_decisions_record_is_json_text():
    lines = definition_of("silver.orders").schema.field("lines").type
    assert [field.name for field in lines.value_type][:3] == ["product_id", "quantity", "unit_price_cents"]
    assert definition_of("silver.decisions").schema.field("record").type == pa.string()


def test_an_unknown_table_is_refused_with_the_names_there_are():
    with pytest.raises(UnknownTable, match=r"silver\.clicks"):
        definition_of("silver.klicks")


def test_a_table_nobody_wrote_to_is_empty_with_its_columns(tmp_path):
    found = Lake(tmp_path).arrow("gold.sales_daily")
    assert len(found) == 0
    assert found.schema == definition_of("gold.sales_daily").schema
