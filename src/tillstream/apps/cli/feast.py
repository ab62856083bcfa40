"""Feast on the command line: its feature repo, and the tables that its views read offline."""

from pathlib import Path
from typing import Annotated

import typer

from tillstream.core.settings import load_settings


def feast(
    out: Annotated[Path | None, typer.Option(help="Folder of the repo; feast/ of this home if left out.")] = None,
) -> None:
    """Writes a feature repo that `feast apply` takes. Example: tillstream features feast --out repo."""
    from tillstream.features.engines.feast.repo import write_repo

    settings = load_settings()
    folder = out or settings.home / "feast"
    write_repo(settings, folder)
    typer.echo(str(folder))


def export(
    days: Annotated[int, typer.Option(min=1, help="How many instants: now, and each a day before the last.")] = 7,
) -> None:
    """Writes values as Delta tables, one an entity, for Feast and others. Example: tillstream features export."""
    from tillstream.apps.wiring.feature_values import export_values

    for folder, rows in export_values(load_settings(), days=days):
        typer.echo(f"{rows:>10,} rows  {folder}")
