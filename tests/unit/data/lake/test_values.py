from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from tillstream.data.lake.values import replace_values

SCHEMA = pa.schema([("id", pa.string()), ("orders", pa.int64())])
WIDER = SCHEMA.append(pa.field("brands", pa.list_(pa.string())))


def rows(count: int, schema: pa.Schema = SCHEMA) -> pa.Table:
    return pa.Table.from_pylist([{"id": f"c{n}", "orders": n, "brands": ["a"]} for n in range(count)], schema=schema)


@pytest.mark.parametrize("counts", [(3, 2), (3, 0), (0, 3), (0, 0, 2), (2, 3, 1)])
def test_delta_and_who_takes_every_file_in_the_folder_read_the_same_newest_rows(
    tmp_path: Path, counts: tuple[int, ...]
) -> None:
    for count in counts:
        replace_values(tmp_path, rows(count))
        replace_values(tmp_path, rows(count, WIDER))
        files = [pq.ParquetFile(path).read() for path in tmp_path.glob("*.parquet")]
        assert files, "a folder without files is an error to some readers"
        of_files = pa.concat_tables(files).sort_by("id")
        of_delta = pa.table(DeltaTable(tmp_path).to_pyarrow_table()).sort_by("id")
        assert of_files.column_names == of_delta.column_names == WIDER.names
        assert of_files["id"].to_pylist() == of_delta["id"].to_pylist() == [f"c{n}" for n in range(count)]
