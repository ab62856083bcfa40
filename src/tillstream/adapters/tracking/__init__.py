"""Runs, their plots and files, and named model versions: MLflow on a SQLite file, in a process of its own.

In: finished runs. Out: an MLflow store that `make mlflow` opens; the alias `champion` names what serves.
See: docs/reference/models.md.
"""

from tillstream.adapters.tracking.place import mlflow_uri
from tillstream.adapters.tracking.runs import CHAMPION, Plot, Run
from tillstream.adapters.tracking.tracker import Tracker

__all__ = ["CHAMPION", "Plot", "Run", "Tracker", "mlflow_uri"]
