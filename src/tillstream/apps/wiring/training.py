"""The process that trains: lake, exports and tracking built from the settings."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tillstream.adapters.tracking import Tracker
from tillstream.core.settings import Settings

if TYPE_CHECKING:
    from tillstream.models.registry import Settled


def train_models(settings: Settings, use_cases: Sequence[str]) -> "Iterator[Settled]":
    """Trains one use case after the other and gives what became of each; the last step waits for MLflow."""
    with Tracker(settings.tracking_path) as tracker:
        # After the child has started: it imports MLflow while we import LightGBM and Polars.
        from tillstream.data.lake import Lake
        from tillstream.models.registry import train_and_settle

        lake = Lake(settings.lake_path)
        for use_case in use_cases:
            yield train_and_settle(use_case, lake, settings.models_path, tracker, settings.models.seed)
