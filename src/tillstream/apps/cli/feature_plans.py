"""Plans of features on the command line: what definitions change here, carrying it out, sending all again."""

import json
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from tillstream.core.settings import load_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Wait = Annotated[float, typer.Option(min=0, help="How long to wait for whatever has not come far enough yet.")]
UntilStored = Annotated[bool, typer.Option(help="Wait until the store has it too.")]


class BatchEngine(StrEnum):
    """What computes the tiles that batch sends."""

    POLARS = "polars"
    SPARK = "spark"


def plan(as_json: AsJson = False) -> None:
    """Says what the definitions change, in which engine, at what cost. Example: tillstream features plan."""
    from tillstream.apps.wiring.feature_plans import make_plan

    found, events, need = make_plan(load_settings())
    if as_json:
        told = {"events_to_read": events, "store_expected_bytes": need.expected_bytes}
        typer.echo(json.dumps({**asdict(found), **told, "store_most_bytes": need.most_bytes}))
        return
    for sign, names in (("+", found.added), ("!", found.changed), ("-", found.retired)):
        for name in names:
            reader, size = found.still_read.get(name), found.row_bytes.get(name)
            where = f"read by {reader}" if reader else found.engines.get(name, "")
            typer.echo(f"{sign} {name:<44} {where}{f', a row up to {size:,} bytes longer' if size else ''}")
    for one in found.refills:
        typer.echo(
            f"rows of {one.entity} are filled again: {one.groups} groups, at most {one.tiles_at_most:,} tiles and "
            f"{one.row_bytes_at_most:,} bytes each"
        )
    for topic, rows in events.items():
        typer.echo(f"batch reads {rows:,} events of {topic}")
    if found.refills:
        expected, most = need.expected_bytes / 2**20, need.most_bytes / 2**20
        typer.echo(f"the store will hold about {expected:,.1f} MiB, and may hold {most:,.0f} MiB")
    typer.echo(
        "nothing to do"
        if found.is_empty
        else f"{len(found.added)} new, {len(found.changed)} changed, {len(found.retired)} retired"
    )


def apply(
    wait_seconds: Wait = 60.0,
    until_stored: UntilStored = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Puts the definitions in force: batch fills what changed. Example: tillstream features apply --until-stored."""
    from tillstream.apps.wiring.feature_plans import apply_plan
    from tillstream.core.telemetry import configure_logging

    if dry_run:
        plan(as_json)
        return
    configure_logging("apply", level="warning")
    done, released = apply_plan(load_settings(), wait_seconds=wait_seconds, until_stored=until_stored)
    tiles = released.tiles if released else 0
    if as_json:
        typer.echo(json.dumps({"added": len(done.added), "retired": len(done.retired), "tiles": tiles}))
    else:
        typer.echo(f"{len(done.added)} new, {len(done.retired)} retired; {tiles:,} tiles sent by batch")


def backfill(
    wait_seconds: Wait = 60.0,
    until_stored: UntilStored = False,
    engine: Annotated[
        BatchEngine | None, typer.Option(help="What computes the tiles; the settings' if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Has batch send every released step again, from silver. Example: tillstream features backfill --engine spark."""
    from tillstream.apps.wiring.feature_plans import run_backfill
    from tillstream.core.telemetry import configure_logging

    configure_logging("backfill", level="warning")
    name = engine.value if engine else None
    done = run_backfill(load_settings(), wait_seconds=wait_seconds, until_stored=until_stored, engine=name)
    typer.echo(json.dumps(asdict(done)) if as_json else f"{done.tiles:,} tiles of {done.rows:,} rows sent")
