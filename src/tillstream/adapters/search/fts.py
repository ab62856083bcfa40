"""One read-only index file: built whole, opened by many processes, never changed."""

import re
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

_SCHEMA: Final = """
CREATE VIRTUAL TABLE documents USING fts5(
  title, brand, category, description, content='', tokenize='porter unicode61 remove_diacritics 2', prefix='2 3'
);
"""
_WEIGHTS: Final = "10.0, 4.0, 6.0, 1.0"
_WORD: Final = re.compile(r"\w+")
_MOST_WORDS: Final = 12


class Document(NamedTuple):
    """What is searched of one product; `place` comes back."""

    place: int
    title: str
    brand: str
    category: str
    description: str


class SearchIndex:
    """Answers queries; safe for several threads."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    def search(self, query: str, limit: int) -> tuple[list[int], int]:
        """Places by relevance, and how many there are in all.

        Every word must occur, the last as a beginning; where nothing has them all, any word will do.
        """
        words = _WORD.findall(query)[:_MOST_WORDS]
        if not words:
            return [], 0
        quoted = [f'"{word}"' for word in words[:-1]] + [f'"{words[-1]}"*']
        for join in (" AND ", " OR "):
            places, total = self._match(join.join(quoted), limit)
            if total:
                return places, total
        return [], 0

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def _match(self, expression: str, limit: int) -> tuple[list[int], int]:
        with self._lock:
            total = self._connection.execute(
                "SELECT count(*) FROM documents WHERE documents MATCH ?", (expression,)
            ).fetchone()[0]
            rows = self._connection.execute(
                f"SELECT rowid FROM documents WHERE documents MATCH ?"
                f" ORDER BY bm25(documents, {_WEIGHTS}), rowid LIMIT ?",
                (expression, limit),
            ).fetchall()
        return [place for (place,) in rows], total


def build_index(path: Path, documents: Iterable[Document]) -> None:
    """A new index file; the path must be free."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA}")
        connection.executemany(
            "INSERT INTO documents (rowid, title, brand, category, description) VALUES (?, ?, ?, ?, ?)", documents
        )
        connection.execute("INSERT INTO documents (documents) VALUES ('optimize')")
        connection.commit()
    finally:
        connection.close()
