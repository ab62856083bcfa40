"""Spark as one more engine of the proof.

In: silver as Spark frames, the history of feature_updates.v1. Out: values, from exactly the rows that count.
See: docs/howto/prove-parity.md.
Late: counts from the tile on whose header says so.
Twice: a position is the same rows of silver whenever it is asked.
"""

from tillstream.features.parity.spark.engine import SparkEngine

__all__ = ["SparkEngine"]
