"""Features on the command line: follow the log, look at definitions and values, compare, hand over to batch."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tillstream.apps.cli.feast import export, feast
from tillstream.apps.cli.feature_memory import memory
from tillstream.apps.cli.feature_plans import AsJson, UntilStored, Wait, apply, backfill, plan
from tillstream.apps.cli.training_set import training_set
from tillstream.core.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Feature definitions, the live worker, the online store.")

for command in (plan, apply, backfill, memory, feast, export, training_set):
    app.command(command.__name__.replace("_", "-"))(command)


@app.command("work")
def work(
    until_caught_up: Annotated[bool, typer.Option(help="Stop when all on the log is counted and stored.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keeps features live and the store up to date until stopped. Example: tillstream features work."""
    from tillstream.apps.wiring.feature_worker import run_feature_worker
    from tillstream.core.telemetry import configure_logging

    configure_logging("features")
    totals = run_feature_worker(load_settings(), until_caught_up=until_caught_up)
    if as_json:
        typer.echo(json.dumps(asdict(totals)))
    else:
        typer.echo(
            f"{totals.events:,} events: {totals.tiles:,} tiles sent, {totals.duplicates:,} duplicates, "
            f"{totals.late_to_batch + totals.left_to_batch:,} left to batch"
        )
        if totals.left_to_batch:
            typer.echo(
                "a long backlog was left to batch: `tillstream features release` sends it, until then no answers"
            )


@app.command("release")
def release(
    wait_seconds: Wait = 60.0,
    until_stored: UntilStored = False,
    as_json: AsJson = False,
) -> None:
    """Takes over closed steps from the live worker. Example: tillstream features release --until-stored."""
    from tillstream.apps.wiring.feature_jobs import run_release
    from tillstream.core.contracts import from_micros
    from tillstream.core.telemetry import configure_logging

    configure_logging("release", level="warning")
    done = run_release(load_settings(), wait_seconds=wait_seconds, until_stored=until_stored)
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    else:
        until = from_micros(done.until_us).isoformat(timespec="seconds")
        typer.echo(f"{done.tiles:,} tiles of {done.rows:,} rows sent; steps until {until} are batch's")


@app.command("list")
def list_features(
    use_case: Annotated[str | None, typer.Option(help="recommend, price, churn or fraud.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists every feature with what it means. Example: tillstream features list --use-case fraud."""
    from tillstream.features.definitions import FEATURES

    found = [f for f in FEATURES.values() if use_case is None or use_case in f.use_cases]
    if as_json:
        typer.echo(json.dumps([{"name": f.name, "entity": f.entity, "description": f.description} for f in found]))
        return
    for feature in found:
        typer.echo(f"{feature.name:<40} {feature.description}")
    typer.echo(f"{len(found)} features")


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="Its name.")], as_json: AsJson = False) -> None:
    """Shows one feature's whole meaning. Example: tillstream features show card__payments_1h."""
    from tillstream.features.definitions import features_named
    from tillstream.features.pages import feature_page, told_of

    (feature,) = features_named([name])
    if as_json:
        typer.echo(json.dumps(told_of(feature)))
    else:
        typer.echo(feature_page(feature), nl=False)


@app.command("docs")
def docs(
    name: Annotated[str | None, typer.Argument(help="A feature or an entity; all entities if left out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for a file each; printed if left out.")] = None,
    plots: Annotated[
        bool, typer.Option(help="With a plot of each feature's values in this home's lake, in plots/ of --out.")
    ] = False,
) -> None:
    """Writes reference pages from the definitions. Example: tillstream features docs card --out pages --plots."""
    from tillstream.apps.wiring.feature_values import plot_values
    from tillstream.features.definitions import FEATURES, features_named
    from tillstream.features.pages import entity_page, feature_page, index_page

    if plots and out is None:
        raise typer.BadParameter("plots are files: say where with --out")
    entities = tuple(dict.fromkeys(feature.entity for feature in FEATURES.values()))
    asked = [f for f in FEATURES.values() if name in (None, f.name, f.entity)]
    if name is None:
        pages = {"features": index_page(), **{entity: entity_page(entity) for entity in entities}}
    elif name in entities:
        pages = {name: entity_page(name)}
    else:
        pages = {name: feature_page(features_named([name])[0])}
    if plots and out is not None:
        drawing = plot_values(load_settings(), asked, out / "plots")
        with typer.progressbar(drawing, length=len(asked), label="plots", file=sys.stderr) as bar:
            for drawn in bar:
                page = name or FEATURES[drawn].entity
                pages[page] += f"\n![How `{drawn}` is distributed](plots/{drawn}.png)\n"
    for page, text in pages.items():
        if out is None:
            typer.echo(text)
            continue
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{page}.md").write_text(text)
        typer.echo(str(out / f"{page}.md"))


@app.command("read")
def read(
    entity: Annotated[
        str, typer.Argument(help="visitor, customer, product, card, device, terminal, category or region.")
    ],
    entity_id: Annotated[str, typer.Argument(help="Its id.")],
    as_json: AsJson = False,
) -> None:
    """Reads an entity's features from the store, as of now. Example: tillstream features read customer c-17."""
    from tillstream.apps.wiring.feature_jobs import read_entity
    from tillstream.features.definitions import default_schema

    if entity not in default_schema().groups:
        raise typer.BadParameter(f"no entity {entity!r}; there are {', '.join(default_schema().groups)}")
    rows = read_entity(load_settings(), entity, entity_id)
    values = rows.values[entity][entity_id]
    if as_json:
        told = {"position": rows.position, "at_us": rows.at_us, "known": not rows.defaulted, "features": values}
        typer.echo(json.dumps(told))
        return
    for name, value in values.items():
        typer.echo(f"{name:<40} {value}")
    typer.echo(f"{'the store knows nothing of it; ' if rows.defaulted else ''}position {rows.position}")


@app.command("parity")
def parity(
    sample: Annotated[int, typer.Option(min=1, help="How many entities of the store to compare.")] = 500,
    seed: Annotated[int, typer.Option(help="Which ones.")] = 7,
    wait_seconds: Wait = 60.0,
    as_json: AsJson = False,
) -> None:
    """Compares the store with the Polars reference; exit 3 on a mismatch. Example: tillstream features parity."""
    from tillstream.apps.wiring.feature_jobs import run_parity
    from tillstream.core.telemetry import configure_logging
    from tillstream.features.parity.report import lines_of, told_of_tally

    configure_logging("parity", level="warning")
    found = run_parity(load_settings(), sample=sample, seed=seed, wait_seconds=wait_seconds)
    if as_json:
        typer.echo(json.dumps(told_of_tally(found)))
    else:
        for line in lines_of(found):
            typer.echo(line)
    if found.mismatches or not found.triples:
        raise typer.Exit(3)
