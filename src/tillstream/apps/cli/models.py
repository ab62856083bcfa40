"""Models on the command line: train, list, show, promote, judge by the truth."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tillstream.core.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Train, compare, promote.")


class UseCase(StrEnum):
    """What a model decides."""

    recommend = "recommend"
    price = "price"
    churn = "churn"
    fraud = "fraud"


class Trainable(StrEnum):
    """A use case, or all four."""

    recommend = "recommend"
    price = "price"
    churn = "churn"
    fraud = "fraud"
    all = "all"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")]
Which = Annotated[str, typer.Argument(help="Its version, or the first six or more letters of its digest.")]
NOT_MET = 3


@app.command()
def train(
    use_case: Annotated[Trainable, typer.Argument(help="Which model.")] = Trainable.all, as_json: AsJson = False
) -> None:
    """Trains, judges against a plain baseline, promotes what beats it. Example: tillstream models train fraud.

    Exit 3 if a model was not promoted or there is nothing to train it on; the sentence says which.
    """
    from tillstream.apps.wiring.training import train_models

    settings = load_settings()
    wanted = [one.value for one in UseCase] if use_case is Trainable.all else [use_case.value]
    settled = []
    for one in train_models(settings, wanted):
        settled.append(one)
        if not as_json:
            typer.echo(f"{one.use_case:<10} {one.sentence} ({one.seconds:.1f} s)")
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in settled]))
    if not all(one.promoted for one in settled):
        raise typer.Exit(NOT_MET)


@app.command("list")
def list_models(
    use_case: Annotated[UseCase | None, typer.Argument(help="Only this use case.")] = None, as_json: AsJson = False
) -> None:
    """Lists every export, oldest first; a star serves. Example: tillstream models list fraud."""
    from tillstream.models.registry import stored_exports

    models = load_settings().models_path
    rows: list[dict[str, Any]] = []
    for name in [use_case.value] if use_case else [one.value for one in UseCase]:
        serving = _serving(models, name)
        rows += [
            {
                "use_case": name,
                "version": export.version,
                "digest": export.digest,
                "serves": export.digest == serving,
                "created_at": export.manifest["created_at"],
                **{key: export.manifest["metrics"][key] for key in ("measure", "ours", "baseline", "baseline_name")},
            }
            for export in stored_exports(models, name)
        ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(
            f"{'*' if row['serves'] else ' '} {row['use_case']:<10}{row['version']:>3}  {row['digest'][:12]}  "
            f"{row['created_at']}  {row['measure']} {row['ours']:.4f} ({row['baseline_name']} {row['baseline']:.4f})"
        )
    if not rows:
        typer.echo("no model yet; make one with `tillstream models train`")


@app.command()
def show(
    use_case: Annotated[UseCase, typer.Argument(help="Which model.")],
    which: Annotated[str | None, typer.Argument(help="Version or digest; the serving one by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows a model's manifest. Example: tillstream models show churn 2."""
    from tillstream.models.registry import find_export
    from tillstream.models.scoring.exports import serving_digest

    models = load_settings().models_path
    export = find_export(models, use_case.value, which or serving_digest(models, use_case.value))
    if as_json:
        typer.echo(json.dumps({"digest": export.digest, **export.manifest}))
        return
    typer.echo(f"{use_case.value}@{export.version}  {export.digest}")
    for name in ("created_at", "trained_on", "metrics", "parameters"):
        value = export.manifest[name]
        for key, one in value.items() if isinstance(value, dict) else [("", value)]:
            typer.echo(f"  {f'{name}.{key}' if key else name:<34} {one}")
    features = ", ".join(slot["name"] for slot in export.manifest["features"])
    typer.echo(f"  {'features':<34} {features or 'none'}")


@app.command()
def promote(
    use_case: Annotated[UseCase, typer.Argument(help="Which model.")], which: Which, dry_run: DryRun = False
) -> None:
    """Moves the pointer to an export; running APIs follow. Example: tillstream models promote fraud 1."""
    from tillstream.adapters.tracking import Tracker
    from tillstream.models import registry

    settings = load_settings()
    export = registry.find_export(settings.models_path, use_case.value, which)
    if not dry_run:
        registry.promote(settings.models_path, export, datetime.now(UTC).isoformat(timespec="seconds"))
        with Tracker(settings.tracking_path) as tracker:
            tracker.name_champion(use_case.value, export.digest)
    typer.echo(f"{use_case.value}@{export.version} {export.digest[:12]} {'would serve' if dry_run else 'serves'}")


@app.command()
def truth(
    folder: Annotated[Path | None, typer.Option(help="The world's hidden truth; by default <home>/truth.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judges the serving models by the simulated shop's hidden truth. Example: tillstream models truth."""
    from tillstream.data.lake import Lake
    from tillstream.models.evaluation.truth import judge_all

    settings = load_settings()
    verdicts = judge_all(settings.models_path, Lake(settings.lake_path), folder or settings.home / "truth")
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in verdicts]))
        return
    for one in verdicts:
        typer.echo(one.sentence)


@app.command()
def measure(
    name: Annotated[str, typer.Argument(help="diginetica, yoochoose64, tafeng, fraud_handbook; or a protocol.")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="Own files for a protocol: sessions, baskets (two each), cards (one).")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(envvar="TILLSTREAM_DATA", help="Folder of the public logs; by default ../shared/data."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measures the shipped settings on a public log, by its protocol. Example: tillstream models measure diginetica."""
    from tillstream.models.protocols.catalogue import measure as figures_of

    began = time.monotonic()
    figures = figures_of(name, data or Path("../shared/data"), tuple(files or ()))
    if as_json:
        typer.echo(json.dumps({**asdict(figures), "seconds": round(time.monotonic() - began, 1)}))
        return
    typer.echo(f"{figures.sentence} ({time.monotonic() - began:.0f} s)")


@app.command()
def ui() -> None:
    """Opens MLflow on the runs, on loopback, until Ctrl-C. Example: tillstream models ui."""
    from tillstream.adapters.tracking.browse import serve_runs

    settings = load_settings()
    typer.echo(f"http://127.0.0.1:{settings.stack.mlflow_port} (Ctrl-C ends it)")
    raise typer.Exit(serve_runs(settings.tracking_path, settings.stack.mlflow_port))


def _serving(models: Path, use_case: str) -> str | None:
    from tillstream.core.errors import NotTrained
    from tillstream.models.scoring.exports import serving_digest

    try:
        return serving_digest(models, use_case)
    except NotTrained:
        return None
