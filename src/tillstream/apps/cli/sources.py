"""Sources on the command line: the simulated shop as history, as live visitors, as a page of plots."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tillstream.apps.cli import real_logs
from tillstream.core.contracts import to_micros
from tillstream.core.errors import SettingsError
from tillstream.core.settings import load_settings

if TYPE_CHECKING:
    from tillstream.data.sources.world import WorldSettings

app = typer.Typer(no_args_is_help=True, help="The shop world, and real logs.")

Customers = Annotated[int, typer.Option(min=20, help="Customers; products grow with their root.")]
Days = Annotated[int, typer.Option(min=1, help="Whole UTC days before --until.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed and settings give the same bytes.")]
Until = Annotated[
    str | None,
    typer.Option(help="The world's now, ISO 8601 with an offset, or `now`. Files: 2026-10-01; log: now."),
]
NoSignal = Annotated[bool, typer.Option("--no-signal", help="Clicks, fraud, leaving, prices: pure chance.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Target(StrEnum):
    """Where history goes."""

    files = "files"
    log = "log"


@app.command()
def simulate(
    customers: Customers = 5_000,
    days: Days = 60,
    seed: Seed = 7,
    to: Annotated[
        Target, typer.Option(help="files: one NDJSON file a day; log: the event log of this home.")
    ] = Target.files,
    out: Annotated[Path | None, typer.Option(help="Folder for files; by default <home>/world.")] = None,
    truth: Annotated[Path | None, typer.Option(help="Folder for the hidden truth; by default <home>/truth.")] = None,
    no_signal: NoSignal = False,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Simulates a shop's history. Example: tillstream sources simulate --customers 1200 --days 45 --to log."""
    from tillstream.apps.wiring.event_log import open_log
    from tillstream.data.sources.world import World
    from tillstream.data.sources.world.remembering import remember
    from tillstream.data.sources.world.revealing import write_truth_of
    from tillstream.data.sources.world.writing import write_files, write_log

    settings = load_settings()
    world = World(_world_settings(customers, days, seed, until or ("now" if to is Target.log else None), no_signal))
    began = time.perf_counter()
    with typer.progressbar(length=world.settings.day_count, label="days", hidden=as_json) as bar:
        if to is Target.files:
            events = write_files(world.days(), out or settings.home / "world", lambda *_: bar.update(1))
        else:
            log = open_log(settings)
            events = write_log(world.days(), log, lambda *_: bar.update(1))
            log.close()
            remember(world.settings, settings.home / "world.json")
    write_truth_of(world, truth or settings.home / "truth")
    seconds = time.perf_counter() - began
    if as_json:
        typer.echo(json.dumps({"events": events, "seconds": round(seconds, 3), "until_us": world.settings.until_us}))
        return
    typer.echo(f"{events} events in {seconds:.1f} s, {events / seconds:.0f} a second")


@app.command()
def live(
    rate: Annotated[float, typer.Option(min=0.1, max=2_000, help="Events a second, on average.")] = 20.0,
    speed: Annotated[float, typer.Option(min=0.01, help="Divides the pauses between a visitor's clicks.")] = 1.0,
    api: Annotated[str, typer.Option(help="Address of the API.")] = "http://127.0.0.1:8420",
    for_seconds: Annotated[float | None, typer.Option(min=0, help="End after so long; by default on Ctrl-C.")] = None,
    customers: Annotated[int | None, typer.Option(min=20, help="Customers; by default as simulated.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days of history; by default as simulated.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed; by default as simulated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lets visitors into a running shop. Example: tillstream sources live --rate 20 --for-seconds 60.

    The world that was last simulated to the log of this home goes on: the same people, and those
    who left stay away. While the API is down, visits end early and events wait.
    """
    from tillstream.apps.signals import stop_signal
    from tillstream.apps.wiring.visitors import let_visitors_in
    from tillstream.data.sources.world import World
    from tillstream.data.sources.world.remembering import remembered

    known = remembered(load_settings().home / "world.json") or _world_settings(5_000, 60, 7, "now", no_signal=False)
    world = World(
        replace(
            known,
            customers=known.customers if customers is None else customers,
            days=known.days if days is None else days,
            seed=known.seed if seed is None else seed,
        )
    )
    for _ in world.days():
        pass
    with stop_signal() as stopping:
        counts = let_visitors_in(world, api, rate=rate, speed=speed, for_seconds=for_seconds, stopping=stopping)
    told = counts.as_dict()
    typer.echo(json.dumps(told) if as_json else ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in told.items()))


@app.command()
def plots(
    out: Annotated[Path, typer.Option(help="The HTML file.")] = Path("shop-world.html"),
    customers: Customers = 1_200,
    days: Days = 45,
    seed: Seed = 7,
    no_signal: NoSignal = False,
    until: Until = None,
) -> None:
    """Draws what a world looks like. Example: tillstream sources plots --out shop-world.html.

    The world is simulated again: the same settings give the same events.
    """
    from tillstream.data.sources.world import World
    from tillstream.data.sources.world.plots import tally_of, write_page

    world = World(_world_settings(customers, days, seed, until, no_signal))
    with typer.progressbar(length=world.settings.day_count, label="days") as bar:
        tally = tally_of(world, lambda: bar.update(1))
    write_page(tally, world.settings, out)
    typer.echo(f"{out}: {sum(tally.events.values())} events in pictures")


def _world_settings(customers: int, days: int, seed: int, until: str | None, no_signal: bool) -> "WorldSettings":
    from tillstream.data.sources.world import WorldSettings

    if until is None:
        return WorldSettings(customers=customers, days=days, seed=seed, signal=not no_signal)
    return WorldSettings(customers=customers, days=days, seed=seed, signal=not no_signal, until_us=_micros(until))


def _micros(until: str) -> int:
    if until == "now":
        return to_micros(datetime.now(UTC))
    try:
        instant = datetime.fromisoformat(until)
    except ValueError:
        raise SettingsError(f"--until takes ISO 8601 such as 2026-10-01T12:00:00Z, or `now`, got {until!r}") from None
    return to_micros(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


real_logs.add_to(app)
