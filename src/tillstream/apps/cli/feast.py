"""A feature repo for Feast on the command line."""

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
