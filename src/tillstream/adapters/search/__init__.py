"""Full-text search over products, on SQLite's FTS5.

In: documents. Out: a file; places of documents by relevance.
See: docs/reference/decisions.md.
"""

from tillstream.adapters.search.fts import Document, SearchIndex, build_index

__all__ = ["Document", "SearchIndex", "build_index"]
