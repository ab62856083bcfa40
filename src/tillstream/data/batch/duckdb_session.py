"""How DuckDB is opened: UTC, bounded, on Arrow."""

from pathlib import Path

import duckdb

_THREADS = 2
_MEMORY = "1GB"


def open_session(spill: Path, *, threads: int = _THREADS, memory: str = _MEMORY) -> duckdb.DuckDBPyConnection:
    """An in-memory database; what does not fit into `memory` is spilled to the folder.

    Not for several threads. Nothing is downloaded: no extension is installed or loaded by itself.
    """
    session = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        }
    )
    session.execute("SET TimeZone = 'UTC'")
    return session
