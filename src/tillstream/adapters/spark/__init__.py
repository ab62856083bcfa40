"""Spark: its session, with Delta and the Kafka source, from jars on this machine.

In: settings and a folder of jars. Out: a session in UTC with a bounded heap; nothing is downloaded.
See: docs/howto/run-on-spark.md.
"""

from tillstream.adapters.spark.session import open_session
from tillstream.adapters.spark.sites import is_local

__all__ = ["is_local", "open_session"]
