"""The lake on the command line: work, gold, compact, retention, show, history, verify, query."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tillstream.core.settings import load_settings

if TYPE_CHECKING:
    from tillstream.data.lake import Lake

app = typer.Typer(no_args_is_help=True, help="Bronze, silver and gold: fill, build, keep small, look, check.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Table = Annotated[str, typer.Argument(help="silver.clicks, gold.sales_daily, …")]


def _lake() -> "Lake":
    from tillstream.data.lake import Lake

    return Lake(load_settings().lake_path)


@app.command("work")
def work(
    until_caught_up: Annotated[bool, typer.Option(help="Stop when all that is on the log is in the lake.")] = False,
    as_json: AsJson = False,
) -> None:
    """Takes the log to bronze and silver until stopped. Example: tillstream lake work --until-caught-up."""
    from tillstream.apps.wiring.lake_engine import run_lake
    from tillstream.core.telemetry import configure_logging

    configure_logging("lake")
    totals = run_lake(load_settings(), until_caught_up=until_caught_up)
    if as_json:
        typer.echo(json.dumps(asdict(totals)))
    else:
        typer.echo(
            f"{totals.records:,} records: {totals.silver_rows:,} new rows in silver, "
            f"{totals.dead_letters:,} dead letters"
        )


@app.command("gold")
def gold(
    tables: Annotated[list[str] | None, typer.Argument(help="Gold tables; all if none is named.")] = None,
    full: Annotated[bool, typer.Option(help="Build every day again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Builds the days that new rows can change. Example: tillstream lake gold gold.sales_daily."""
    from tillstream.apps.wiring.lake_engine import days_builder
    from tillstream.core.telemetry import configure_logging
    from tillstream.data.batch.gold import GOLD, build_gold

    configure_logging("gold", level="warning")
    names = [name if "." in name else f"gold.{name}" for name in tables or GOLD]
    with days_builder(load_settings()) as build_days:
        built = build_gold(_lake(), names, full=full, build_days=build_days)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in built]))
        return
    for one in built:
        typer.echo(f"{one.name:<24} {one.days:>5} days  {one.rows:>10,} rows  {one.seconds:>7.2f} s")


@app.command("pipeline")
def pipeline(
    name: Annotated[str | None, typer.Argument(help="output_to_gold, join_bronze_to_silver, …")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the pipelines there are.")] = False,
    as_json: AsJson = False,
) -> None:
    """Runs a named batch job on the lake's engine. Example: tillstream lake pipeline output_to_gold."""
    from tillstream.apps.wiring.pipelines import pipeline_runner, pipelines_in_force
    from tillstream.core.telemetry import configure_logging
    from tillstream.data.batch.pipelines import pipeline_named, run_pipeline

    configure_logging("pipeline", level="warning")
    pipelines = pipelines_in_force()
    if list_ or name is None:
        if as_json:
            typer.echo(json.dumps({one: pipelines[one].does for one in pipelines}))
            return
        for one, found in pipelines.items():
            typer.echo(f"{one:<26} {found.does}")
        return
    wanted = pipeline_named(pipelines, name)
    with pipeline_runner(load_settings()) as runner:
        built = run_pipeline(runner, wanted)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in built]))
        return
    for table in built:
        typer.echo(f"{table.name:<24} {table.days:>5} days  {table.rows:>10,} rows  {table.seconds:>7.2f} s")


@app.command("compact")
def compact_tables(
    tables: Annotated[list[str] | None, typer.Argument(help="Tables; all if none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Merges small files and trims Delta's log. Example: tillstream lake compact silver.clicks."""
    from tillstream.core.telemetry import configure_logging
    from tillstream.data.lake.upkeep import compact

    configure_logging("compaction", level="warning")
    lake = _lake()
    done = {name: asdict(compact(lake, name)) for name in tables or lake.tables()}
    if as_json:
        typer.echo(json.dumps(done))
        return
    for name, one in done.items():
        typer.echo(f"{name:<28} {one['files_removed']:>5} files into {one['files_added']:>4}")


@app.command("retention")
def retention(
    dry_run: Annotated[bool, typer.Option(help="Say from which day on rows stay, delete nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Deletes days past `lake.retention_days` and files no version names. Example: tillstream lake retention."""
    from datetime import UTC, datetime, timedelta

    from tillstream.core.telemetry import configure_logging
    from tillstream.data.lake.upkeep import delete_days_before, trim_log, vacuum

    configure_logging("retention", level="warning")
    lake, days = _lake(), load_settings().lake.retention_days
    first_kept = (datetime.now(UTC) - timedelta(days=days)).date()
    done: dict[str, Any] = {}
    for name in lake.tables() if not dry_run else ():
        rows = 0 if name.startswith("gold.") else delete_days_before(lake, name, first_kept)
        done[name] = {"rows": rows, "files": vacuum(lake, name), "log_entries": trim_log(lake, name)}
    if as_json:
        typer.echo(json.dumps({"first_kept": first_kept.isoformat(), "tables": done}))
        return
    typer.echo(f"rows since {first_kept} stay")
    for name, one in done.items():
        if any(one.values()):
            typer.echo(
                f"{name:<28} {one['rows']:>10,} rows  {one['files']:>5} files  {one['log_entries']:>5} log entries"
            )


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """Lists tables with rows, files, bytes and versions. Example: tillstream lake show."""
    from tillstream.data.lake.inventory import table_size

    lake = _lake()
    sizes = [table_size(lake, name) for name in lake.tables()]
    if as_json:
        typer.echo(json.dumps([asdict(size) for size in sizes]))
        return
    typer.echo(
        f"{'table':<28} {'rows':>12} {'days':>5} {'files':>6} {'bytes':>14} {'on disk':>14} {'log':>5} {'version':>8}"
    )
    for size in sizes:
        typer.echo(
            f"{size.name:<28} {size.rows:>12,} {size.days:>5} {size.files:>6} {size.bytes:>14,} {size.disk_bytes:>14,} "
            f"{size.log_entries:>5} {size.version:>8}"
        )


@app.command("history")
def show_history(
    table: Table, limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20, as_json: AsJson = False
) -> None:
    """Lists a table's newest commits. Example: tillstream lake history silver.orders."""
    from tillstream.data.lake.inventory import history

    lake = _lake()
    commits = history(lake, table, limit) if lake.exists(table) else []
    if as_json:
        typer.echo(json.dumps(commits))
        return
    for one in commits:
        typer.echo(
            f"{one['version']:>8}  {one['at']}  {one['operation']:<14} "
            f"{one['rows_added'] or 0:>10,} rows  +{one['files_added'] or 0} -{one['files_removed'] or 0} files"
        )
    if not commits:
        typer.echo(f"{table} has not been written to")


@app.command("verify")
def verify_lake(
    hashes: Annotated[bool, typer.Option(help="Also print a hash of every silver and gold table.")] = False,
    as_json: AsJson = False,
) -> None:
    """Decodes bronze anew and compares: lost, doubled, foreign, poison. Example: tillstream lake verify --hashes.

    Run it when the worker has caught up: a dead letter still on the log counts as missing. Exit 3 if anything is wrong.
    """
    from tillstream.data.lake.digest import table_digest
    from tillstream.data.streaming.embedded.verifying import verify

    lake = _lake()
    verdicts = verify(lake)
    digests = {name: table_digest(lake, name) for name in lake.tables() if hashes and not name.startswith("bronze.")}
    if as_json:
        typer.echo(json.dumps({"entities": [asdict(one) for one in verdicts], "hashes": digests}))
    else:
        for one in verdicts:
            facts = {name: count for name, count in asdict(one).items() if name != "entity"}
            typer.echo(f"{one.entity:<20}" + " ".join(f"{name}={count}" for name, count in facts.items()))
        for name, digest in digests.items():
            typer.echo(f"{name:<28} {digest}")
        wrong = [one.entity for one in verdicts if not one.is_sound]
        typer.echo(f"wrong: {', '.join(wrong)}" if wrong else "nothing lost, nothing doubled")
    if not all(one.is_sound for one in verdicts):
        raise typer.Exit(3)


@app.command("query")
def run_query(
    sql: Annotated[str, typer.Argument(help="DuckDB's SQL; tables are silver.clicks, gold.sales_daily, …")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Answers a query, instants in UTC. Example: tillstream lake query 'SELECT * FROM gold.sales_daily'."""
    from tillstream.data.batch.querying import query

    rows = query(_lake(), sql, limit=limit)
    if as_json:
        typer.echo(json.dumps(rows.to_pylist(), default=str))
        return
    typer.echo("\t".join(rows.column_names))
    for row in rows.to_pylist():
        typer.echo("\t".join("" if value is None else str(value) for value in row.values()))
