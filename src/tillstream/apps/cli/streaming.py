"""Streaming jobs on the command line: run, list, stop, savepoint, correct."""

import json
from typing import Annotated

import typer

from tillstream.core.settings import load_settings

app = typer.Typer(
    no_args_is_help=True,
    help="Jobs on the streams: run, look, stop, savepoint, correct.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Job = Annotated[
    str,
    typer.Argument(
        help="session_aggregator, fraud_pattern_detector or, on Flink, features; `sessions`, `patterns` too."
    ),
]


@app.command("run")
def run(
    jobs: Annotated[list[str] | None, typer.Argument(help="Jobs of this process; all if none is named.")] = None,
    savepoint: Annotated[str | None, typer.Option("--from", help="Savepoint to begin from; of one job.")] = None,
    until_caught_up: Annotated[bool, typer.Option(help="Stop when all that is on the log was read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Runs jobs in the foreground until stopped. Example: tillstream streaming run sessions."""
    from tillstream.apps.wiring.streaming import engine_of, job_named, jobs_of
    from tillstream.core.telemetry import configure_logging

    configure_logging("streaming")
    settings = load_settings()
    names = [job_named(settings, name) for name in jobs] if jobs else list(jobs_of(settings))
    ended = engine_of(settings).run_jobs(settings, names, savepoint=savepoint, until_caught_up=until_caught_up)
    if as_json:
        typer.echo(json.dumps([one.as_dict() for one in ended]))
        return
    for one in ended:
        facts = " ".join(f"{name}={value}" for name, value in one.facts.items())
        typer.echo(f"{one.name:<24} {one.state:<10} {facts}")


@app.command("list")
def list_jobs(as_json: AsJson = False) -> None:
    """Lists the jobs with state, watermark and lag. Example: tillstream streaming list --json."""
    from tillstream.apps.wiring.streaming import engine_of

    settings = load_settings()
    reports = engine_of(settings).list_jobs(settings)
    if as_json:
        typer.echo(json.dumps([one.as_dict() for one in reports]))
        return
    typer.echo(f"{'job':<24} {'engine':<10} {'state':<10} {'watermark':<34} {'lag':>10}")
    for one in reports:
        lag = "" if one.lag is None else f"{one.lag:,}"
        typer.echo(f"{one.name:<24} {one.engine:<10} {one.state:<10} {one.watermark or '':<34} {lag:>10}")
        if one.facts.get("reason"):
            typer.echo(f"  last failure: {one.facts['reason']}")


@app.command("stop")
def stop(job: Job, as_json: AsJson = False) -> None:
    """Stops a job and prints the savepoint it can go on from. Example: tillstream streaming stop sessions.

    A stack that runs the job starts it again with its process.
    """
    from tillstream.apps.wiring.streaming import engine_of, job_named

    settings = load_settings()
    place = engine_of(settings).stop_job(settings, job_named(settings, job))
    typer.echo(json.dumps({"job": job_named(settings, job), "savepoint": place}) if as_json else place)


@app.command("savepoint")
def savepoint(job: Job, as_json: AsJson = False) -> None:
    """Copies a job's state as of one moment; it works on. Example: tillstream streaming savepoint patterns.

    Begin from it with: tillstream streaming run patterns --from SAVEPOINT.
    """
    from tillstream.apps.wiring.streaming import engine_of, job_named

    settings = load_settings()
    place = engine_of(settings).savepoint_job(settings, job_named(settings, job))
    typer.echo(json.dumps({"job": job_named(settings, job), "savepoint": place}) if as_json else place)


@app.command("correct")
def correct(
    full: Annotated[bool, typer.Option(help="Look at every day, not only at those with new events.")] = False,
    as_json: AsJson = False,
) -> None:
    """Sends what late events changed in closed sessions. Example: tillstream streaming correct.

    Compares the sessions of the days that new rows of silver touch with what was told of them, on either engine set.
    """
    from dataclasses import asdict

    from tillstream.apps.wiring.corrections import correct_sessions
    from tillstream.core.telemetry import configure_logging

    configure_logging("correct", level="warning")
    done = correct_sessions(load_settings(), full=full)
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    typer.echo(f"{done.days} days looked at, {done.sessions:,} sessions wrong, {done.records:,} records sent")
