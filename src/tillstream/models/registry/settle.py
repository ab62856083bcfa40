"""From a trained model to its place: export, run, and the pointer if it beat its baseline."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tillstream.adapters.tracking import Run, Tracker
from tillstream.core.errors import NotTrained
from tillstream.models.datasets.lake_frames import Lake
from tillstream.models.registry.exports import StoredExport, write_export
from tillstream.models.registry.pointers import mark_untrained, promote
from tillstream.models.training.train import train
from tillstream.models.training.trained import Trained


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one use case, in a sentence; no digest where there was nothing to train on."""

    use_case: str
    promoted: bool
    sentence: str
    seconds: float
    digest: str | None = None
    version: str | None = None
    metrics: dict[str, Any] | None = None


def train_and_settle(use_case: str, lake: Lake, models: Path, tracker: Tracker, seed: int) -> Settled:
    """Trains, judges, stores, and promotes what beats its baseline."""
    began = time.monotonic()
    try:
        trained = train(use_case, lake, seed)
    except NotTrained as nothing:
        mark_untrained(models, use_case, nothing.why)
        return Settled(use_case, False, f"not trained: {nothing.why}", time.monotonic() - began)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    export, trial = write_export(models, trained, now), trained.trial
    if trial.beats:
        promote(models, export, now)
    else:
        mark_untrained(models, use_case, f"not promoted: {trial.measure} does not beat {trial.baseline_name}")
    tracker.log(_run(trained, export))
    seconds = time.monotonic() - began
    return Settled(use_case, trial.beats, trial.sentence, seconds, export.digest, export.version, dict(trial.record()))


def _run(trained: Trained, export: StoredExport) -> Run:
    trial = trained.trial
    numbers = {"ours": trial.ours, "baseline": trial.baseline, "difference": trial.gain.difference}
    numbers |= {"interval_low": trial.gain.low, "interval_high": trial.gain.high, "cases": float(trial.gain.cases)}
    beside = {name.replace("@", "_at_"): value for name, value in trial.beside.items()}
    return Run(
        use_case=trial.use_case,
        digest=export.digest,
        version=export.version,
        sentence=trial.sentence,
        promoted=trial.beats,
        parameters=trained.parameters,
        metrics={**numbers, **beside},
        plots=trained.plots,
        files=trained.files,
    )
