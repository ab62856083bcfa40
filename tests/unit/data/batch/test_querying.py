"""Any SQL over the lake, read only, in UTC."""

import pytest

from tillstream.data.batch.querying import QueryFailed, query
from tillstream.data.lake import Lake


def test_a_table_goes_by_both_its_names_and_may_be_empty(tmp_path):
    found = query(
        Lake(tmp_path), "SELECT COUNT(*) AS n FROM silver.clicks UNION ALL SELECT COUNT(*) FROM silver_clicks"
    )
    assert found["n"].to_pylist() == [0, 0]


def test_instants_are_shown_in_utc(tmp_path):
    assert query(Lake(tmp_path), "SELECT current_setting('TimeZone') AS zone")["zone"].to_pylist() == ["UTC"]


@pytest.mark.parametrize("sql", ["SELECT nope", "SELEC 1", "DROP TABLE silver.clicks", "CREATE TABLE x (a INT)"])
def test_what_is_no_question_is_refused_in_one_sentence(tmp_path, sql):
    with pytest.raises(QueryFailed):
        query(Lake(tmp_path), sql)
