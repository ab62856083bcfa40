"""The local services on the command line: up, down, status, logs, schedule, move."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tillstream.core.errors import ServiceError, SettingsError
from tillstream.core.settings import load_settings

if TYPE_CHECKING:
    from tillstream.operations.stack.status import StackStatus

app = typer.Typer(no_args_is_help=True, help="Start, watch and stop the local services.")

Without = Annotated[list[str] | None, typer.Option(help="Leave this service out; may be repeated.")]
Only = Annotated[list[str] | None, typer.Option(help="Start only this service; may be repeated.")]


class EngineSet(StrEnum):
    """What a home can be moved to."""

    EMBEDDED = "embedded"
    DISTRIBUTED = "distributed"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once all are ready.")] = False,
    without: Without = None,
    only: Only = None,
) -> None:
    """Starts the services and watches them until Ctrl-C. Example: tillstream stack up --detach.

    A stack that runs already is found: its status is printed, exit 0.
    """
    from tillstream.apps.signals import stop_signal
    from tillstream.apps.wiring.stack import build_supervisor, places_of
    from tillstream.core.locks import held
    from tillstream.core.telemetry import configure_logging
    from tillstream.operations.stack.control import running_stack

    settings = load_settings()
    places = places_of(settings)
    if detach and running_stack(places) is None:
        _detach(without or [], only or [])
        return
    with held(places.lock) as ours:
        if not ours:
            _show_running()
            return
        configure_logging("stack", level="warning")
        shown: dict[str, str] = {}
        supervisor = build_supervisor(
            settings, without=without or [], only=only or [], on_change=lambda status: _changes(status, shown)
        )
        with stop_signal() as stopping:
            supervisor.run(stopping)


def _detach(without: list[str], only: list[str]) -> None:
    """A stack of its own session, which outlives this shell."""
    import subprocess

    from tillstream.apps.wiring.stack import places_of, require_engines
    from tillstream.operations.stack.control import wait_until_ready
    from tillstream.operations.stack.processes import open_log, resolved

    settings = load_settings()
    require_engines(settings, without=without, only=only)
    places = places_of(settings)
    options = [word for name in without for word in ("--without", name)]
    options += [word for name in only for word in ("--only", name)]
    with open_log(places.log("stack")) as output:
        process = subprocess.Popen(  # noqa: S603  our own command
            resolved(["tillstream", "stack", "up", *options]),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(places, alive=lambda: process.poll() is None, seconds=600)
    except ServiceError:
        process.terminate()
        raise
    _show_running()


def _show_running() -> None:
    from tillstream.apps.wiring.stack import places_of
    from tillstream.operations.stack.control import running_stack
    from tillstream.operations.stack.report import status_lines

    status = running_stack(places_of(load_settings()))
    if status is None:
        typer.echo("a stack is just starting or stopping here; see tillstream stack status")
        return
    for line in status_lines(status):
        typer.echo(line)


def _changes(status: "StackStatus", shown: dict[str, str]) -> None:
    """Prints the services whose phase is another than last time."""
    from tillstream.operations.stack.report import service_line

    for service in status.services:
        if shown.get(service.name) != service.phase:
            shown[service.name] = service.phase
            typer.echo(service_line(service))
    if status.ready:
        typer.echo(f"ready: {status.url}" if status.url else "ready")


@app.command()
def down() -> None:
    """Stops the stack of this home, from any shell. Example: tillstream stack down."""
    from tillstream.apps.wiring.stack import places_of
    from tillstream.operations.stack.control import stop_stack

    settings = load_settings()
    typer.echo(stop_stack(places_of(settings), settings.stack.stop_seconds))


@app.command()
def status(as_json: AsJson = False) -> None:
    """Shows services, memory and jobs; exit 3 unless all are ready. Example: tillstream stack status --json."""
    import json
    from dataclasses import asdict

    from tillstream.apps.wiring.stack import places_of
    from tillstream.operations.stack.control import running_stack
    from tillstream.operations.stack.report import status_lines

    found = running_stack(places_of(load_settings()))
    if as_json:
        typer.echo(json.dumps({"running": found is not None, **({} if found is None else asdict(found))}))
    elif found is None:
        typer.echo("no stack runs here; start one with: tillstream stack up")
    else:
        for line in status_lines(found):
            typer.echo(line)
    if found is None or not found.ready:
        raise typer.Exit(3)


@app.command()
def logs(
    service: Annotated[str, typer.Argument(help="A service, `stack`, or a job as `job-<name>`.")],
    following: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 50,
) -> None:
    """Prints the end of a service's log. Example: tillstream stack logs lake -f."""
    from tillstream.apps.signals import stop_signal
    from tillstream.apps.wiring.stack import places_of
    from tillstream.operations.stack.logs import follow, last_lines, log_of

    path = log_of(places_of(load_settings()), service)
    for line in last_lines(path, lines):
        typer.echo(line)
    if following:
        with stop_signal() as stopping:
            for line in follow(path, stopping):
                typer.echo(line)


@app.command()
def schedule() -> None:
    """Runs the jobs when they are due; a service of the stack. Example: tillstream stack schedule."""
    from tillstream.apps.signals import stop_signal
    from tillstream.apps.wiring.scheduler import build_scheduler
    from tillstream.core.telemetry import configure_logging

    configure_logging("scheduler")
    scheduler = build_scheduler(load_settings())
    with stop_signal() as stopping:
        scheduler.run(stopping)


@app.command()
def move(
    to: Annotated[EngineSet, typer.Option("--to", help="The engine set to go on with.")],
    as_json: AsJson = False,
) -> None:
    """Carries this home to the other engine set. Example: tillstream stack move --to distributed.

    Refused while the stack runs. The lake reads the old log to its end, then all that somebody still needs is carried
    to a new log; last of all the home's setting is switched. Ended at any moment, the old set is in force until then,
    and the same command goes on. Tables, store and models stay where they are.
    """
    import json

    from tillstream.apps.wiring.moving import move_home

    # A job on Flink has no place on the embedded set, whatever the home was told.
    live = {"live_features": "embedded"} if to.value == "embedded" else {}
    settings, target = load_settings(), load_settings(engines={"set": to.value, **live})
    if settings.engines.log == target.engines.log:
        said = f"the log of {settings.home} is on {target.engines.log}, as its settings say: nothing is to be carried"
        typer.echo(json.dumps({"to": to.value, "carried": 0}) if as_json else said)
        return
    moved = move_home(settings, target, to.value, lambda line: typer.echo(line, err=as_json))
    rows = moved.move.carried
    if as_json:
        left = {"old_log_bytes": moved.old_bytes, "to_remove": moved.to_remove}
        typer.echo(json.dumps({"to": to.value, "carried": rows, "log": moved.move.new_log, **left}))
        return
    size = "" if moved.old_bytes is None else f" takes {moved.old_bytes / 2**20:,.1f} MiB and"
    typer.echo(f"moved to {to.value}, {rows:,} records carried: start it with: tillstream stack up")
    typer.echo(f"the old log{size} is not needed any more; remove it with: {moved.to_remove}")
    try:
        load_settings()
    except SettingsError as error:
        typer.echo(str(error))
