"""A training set on the command line: a spine's rows, each with its features as they were known at its time."""

import time
from pathlib import Path
from typing import Annotated

import typer

from tillstream.core.settings import load_settings


def training_set(
    spine: Annotated[Path, typer.Argument(help="A .parquet or .csv file: `at`, an `<entity>_id` or more, labels.")],
    out: Annotated[Path, typer.Option(help="The .parquet file to write.")],
    feature: Annotated[
        list[str] | None, typer.Option(help="A feature; may be repeated. All that the spine has ids for if left out.")
    ] = None,
    use_case: Annotated[
        str | None, typer.Option(help="Of these, those of recommend, price, churn or fraud alone.")
    ] = None,
) -> None:
    """Adds features, as known by each row's time. Example: tillstream features training-set s.csv --out set.parquet."""
    from tillstream.data.lake import Lake
    from tillstream.features.definitions import features_named
    from tillstream.features.offline import training_set as with_features
    from tillstream.features.offline.spine import answerable, read_spine

    if out.suffix != ".parquet":
        raise typer.BadParameter(f"{out}: a training set has lists, which only a .parquet file holds")
    rows = read_spine(spine)
    found = features_named(feature) if feature else answerable(rows.columns)
    asked = [one for one in found if use_case is None or use_case in one.use_cases]
    if not asked:
        raise typer.BadParameter(f"no feature of {use_case} can be computed from {', '.join(rows.columns)}")
    if twice := [one.name for one in asked if one.name in rows.columns]:
        raise typer.BadParameter(f"the spine has a column {twice[0]} of its own; rename it")
    begun = time.monotonic()
    done = with_features(Lake(load_settings().lake_path), rows, asked)
    out.parent.mkdir(parents=True, exist_ok=True)
    done.write_parquet(out)
    typer.echo(f"{done.height:,} rows, {len(asked)} features, {time.monotonic() - begun:.1f} s: {out}")
