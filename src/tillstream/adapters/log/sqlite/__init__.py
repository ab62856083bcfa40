"""The embedded log: SQLite in WAL mode, a file a topic, a file a group.

In: NewRecord. Out: Record. Survives kill -9, power loss after an append returned, many processes.
See: docs/adr/0002-sqlite-log.md.
"""

from tillstream.adapters.log.sqlite.log import SqliteLog
from tillstream.adapters.log.sqlite.topic_file import TopicTransaction

__all__ = ["SqliteLog", "TopicTransaction"]
