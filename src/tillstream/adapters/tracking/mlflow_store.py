"""What runs in the child process: the only code that imports MLflow."""

import fcntl
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tillstream.adapters.tracking.place import NO_USAGE_DATA
from tillstream.adapters.tracking.runs import CHAMPION, Plot, Run

EXPERIMENT = "tillstream"


@cache
def _client_class() -> Any:
    # Before the import: it decides then whether to send usage data.
    os.environ.update(NO_USAGE_DATA, GIT_PYTHON_REFRESH="quiet")
    from mlflow.tracking import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return MlflowClient


@contextmanager
def _alone(uri: str) -> Iterator[Any]:
    """The client while no other process is in the store: two that make its tables at once break it."""
    client_class = _client_class()  # slow, so before the lock
    with Path(f"{uri.removeprefix('sqlite:///')}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield client_class(uri, uri)


def open_store(uri: str) -> None:
    """Creates the store's tables where they are missing."""
    with _alone(uri) as client:
        client.search_experiments(max_results=1)


def write_run(uri: str, artifacts: str, run: Run) -> str:
    """Writes parameters, metrics, plots, files and a model version; gives MLflow's run id."""
    with _alone(uri) as client:
        return _write(client, artifacts, run)


def _write(client: Any, artifacts: str, run: Run) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    experiment = found.experiment_id if found else client.create_experiment(EXPERIMENT, artifact_location=artifacts)
    tags = {"use_case": run.use_case, "digest": run.digest, "outcome": run.sentence}
    run_id = str(client.create_run(experiment, run_name=f"{run.use_case}@{run.version}", tags=tags).info.run_id)
    for name, value in run.parameters.items():
        client.log_param(run_id, name, value)
    for name, metric in run.metrics.items():
        client.log_metric(run_id, name, metric)
    with tempfile.TemporaryDirectory() as folder:
        for plot in run.plots:
            client.log_artifact(run_id, str(_draw(plot, Path(folder))), "plots")
        export = Path(folder) / "export"
        export.mkdir()
        for name, body in run.files.items():
            (export / name).write_bytes(body)
        client.log_artifacts(run_id, str(export), "export")
    client.set_terminated(run_id)
    _register(client, run, run_id)
    return run_id


def _register(client: Any, run: Run, run_id: str) -> None:
    if not client.search_registered_models(f"name='{run.use_case}'"):
        client.create_registered_model(run.use_case)
    source = f"{client.get_run(run_id).info.artifact_uri}/export"
    version = client.create_model_version(run.use_case, source, run_id, tags={"digest": run.digest})
    if run.promoted:
        client.set_registered_model_alias(run.use_case, CHAMPION, version.version)


def name_champion(uri: str, use_case: str, digest: str) -> None:
    """Moves the alias to the newest version with that digest; nothing happens where there is none."""
    with _alone(uri) as client:
        _move_alias(client, use_case, digest)


def _move_alias(client: Any, use_case: str, digest: str) -> None:
    versions = client.search_model_versions(f"name='{use_case}'")
    same = [version for version in versions if version.tags.get("digest") == digest]
    if same:
        newest = max(same, key=lambda version: int(version.version))
        client.set_registered_model_alias(use_case, CHAMPION, newest.version)


def _draw(plot: Plot, folder: Path) -> Path:
    # The object interface: no window system, no global figure.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for label, (xs, ys) in plot.lines.items():
        axes.plot(xs, ys, label=label)
    axes.set(title=plot.title, xlabel=plot.x_label, ylabel=plot.y_label)
    axes.grid(alpha=0.3)
    axes.legend()
    path = folder / f"{plot.name}.png"
    FigureCanvasAgg(figure).print_png(str(path))
    return path
