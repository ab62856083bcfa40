import polars as pl
import pytest
from tests.unit.features.small_log import DAY_US, START, SilverTables, small_log

from tillstream.core.contracts import to_micros
from tillstream.core.contracts.instants import from_micros
from tillstream.features.definitions import FEATURES
from tillstream.features.definitions.aggregations import Asked, Top
from tillstream.features.offline import training_set
from tillstream.features.offline.export import values_at

LOG = small_log(11, 250, days=4.0)
INSTANTS_US = [to_micros(START) + day * DAY_US for day in (5, 2, 3)]


@pytest.mark.parametrize("entity", ["card", "product", "order", "region"])
def test_an_export_holds_the_training_values_of_all_that_were_known_by_each_instant(entity: str) -> None:
    features = [one for one in FEATURES.values() if one.entity == entity and not isinstance(one.aggregation, Asked)]
    exported = pl.DataFrame(values_at(SilverTables(LOG), features, INSTANTS_US)).rename({"event_timestamp": "at"})
    named = [one for one in features if not isinstance(one.aggregation, Top)]
    assert exported.columns == [f"{entity}_id", "at", *(one.name for one in named)]
    spine = exported.select(f"{entity}_id", "at")
    assert exported.equals(training_set(SilverTables(LOG), spine, named).select(exported.columns))
    assert exported["at"].unique().sort().to_list() == [from_micros(at) for at in sorted(INSTANTS_US)]
    assert not spine.is_duplicated().any()


def test_an_id_has_a_row_from_the_first_instant_at_which_it_was_known() -> None:
    features = [one for one in FEATURES.values() if one.entity == "payment" and not isinstance(one.aggregation, Asked)]
    rows = pl.DataFrame(values_at(SilverTables(LOG), features, INSTANTS_US))
    known = {
        at: {one.event.payment_id for one in LOG if one.topic == "payments.v1" and one.received_us <= at}
        for at in INSTANTS_US
    }
    found = {at: set(rows.filter(pl.col("event_timestamp") == from_micros(at))["payment_id"]) for at in INSTANTS_US}
    assert found == known
    assert len(known[INSTANTS_US[0]]) > len(known[INSTANTS_US[1]]) > 0
