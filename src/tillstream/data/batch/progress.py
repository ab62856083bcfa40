"""How far a gold table has read its inputs: a small file beside the table.

Written after the days it speaks of are committed. A crash between only rebuilds them once more.
"""

import hashlib
import json
import os
from pathlib import Path

from tillstream.data.batch.changes import Positions
from tillstream.data.batch.table_sql import TableSql, table_sql
from tillstream.data.lake import Lake, table_names


def read_positions(lake: Lake, table: TableSql) -> Positions:
    """What the last build saw; nothing for a table that is missing or was built by another SQL text or header."""
    path = _path(lake, table)
    if not lake.exists(table.name) or not path.exists():
        return {}
    saved = json.loads(path.read_text())
    positions: Positions = saved["positions"] if saved["query"] == _digest(table) else {}
    return positions


def write_positions(lake: Lake, table: TableSql, positions: Positions) -> None:
    """Replaces the file as a whole."""
    path = _path(lake, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"query": _digest(table), "positions": positions}, indent=1, sort_keys=True))
    draft.replace(path)


def forget_positions(lake: Lake, entity: str) -> None:
    """Makes every gold table that reads this silver table start anew with its next build."""
    for name in table_names():
        if name.startswith("gold.") and entity in dict(table_sql(name).reads):
            _path(lake, table_sql(name)).unlink(missing_ok=True)


def _path(lake: Lake, table: TableSql) -> Path:
    return lake.path / "gold" / "_progress" / f"{table.name.partition('.')[2]}.json"


def _digest(table: TableSql) -> str:
    """Of all that a built day depends on besides its input: what it reads decides which days a new row changes."""
    return hashlib.sha256(repr((table.query, table.key, table.partition, table.reads)).encode()).hexdigest()
