"""Real logs on the command line: replay a file through a mapping, guess a first mapping."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import load_settings

File = Annotated[Path, typer.Argument(help="CSV, JSON lines, Parquet or plain lines; .gz too.")]


def replay(
    file: File,
    mapping: Annotated[str, typer.Option(help="A TOML file, or tafeng, fraud_handbook, diginetica.")],
    dry_run: Annotated[bool, typer.Option(help="Show the first ten events and the counts, send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Sends a real log through a mapping. Example: tillstream sources replay sales.csv --mapping sales.toml --dry-run.

    Bad rows become dead letters with their line number. A second run sends the same events with the
    same ids and times, which fall out in silver.
    """
    from tillstream.data.sources.replay import load_mapping, replay, shape
    from tillstream.data.sources.replay.reading import read_rows
    from tillstream.data.sources.replay.sending import Shifts, preview, shifted

    settings, now_us = load_settings(), time.time_ns() // 1000
    known = load_mapping(mapping)
    rows = read_rows(file, known.source)
    events = shape(rows, known, name=file.name.partition(".")[0])
    log = open_log(settings)
    shift_us = 0
    if known.clock.shift == "now":
        latest = events["received_at_us"].max()
        shift_us = now_us - int(latest or now_us)  # type: ignore[arg-type]
        if not dry_run:
            shift_us = Shifts(settings.home / "replays", log.log_id).of(file.name, shift_us)
        events = shifted(events, shift_us)
    if dry_run:
        counts = dict(events.group_by("topic").len().sort("topic").iter_rows())
        for line in preview(events):
            typer.echo(line)
        typer.echo(json.dumps(counts) if as_json else f"{rows.height} rows, {events.height} events: {counts}")
        return
    with typer.progressbar(length=events.height, label=file.name, hidden=as_json) as bar:
        done = replay(
            events, log, name=file.name, now_us=now_us, shift_us=shift_us, progress=lambda n: bar.update(n - bar.pos)
        )
    if as_json:
        answer = {"sent": done.sent, "dead": done.dead, "held_back": done.held_back, "shift_us": done.shift_us}
        typer.echo(json.dumps(answer))
        return
    for topic, count in done.sent.items():
        typer.echo(f"{topic:<22} {count:>10,}")
    typer.echo(f"{done.dead} dead letters, {done.held_back} held back (later than now)")


def guess(file: File) -> None:
    """Writes a first mapping for a file. Example: tillstream sources guess sales.csv > sales.toml."""
    from tillstream.data.sources.replay.guess import guess_mapping
    from tillstream.data.sources.replay.mapping import Source
    from tillstream.data.sources.replay.reading import read_rows

    typer.echo(guess_mapping(read_rows(file, Source()), file.name))


def add_to(app: typer.Typer) -> None:
    """Adds `replay` and `guess` to `tillstream sources`."""
    app.command("replay")(replay)
    app.command("guess")(guess)
