"""Decisions on the command line: show, replay, and the jobs that keep the API's fallback fresh."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tillstream.core.settings import Settings
    from tillstream.decisions.ports import Champion
    from tillstream.decisions.replay import Replayed

app = typer.Typer(no_args_is_help=True, help="Show and replay decisions; make the snapshot and the churn scores.")

DecisionId = Annotated[str, typer.Argument(help="As the answer named it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be written, write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def show(decision_id: DecisionId, as_json: AsJson = False) -> None:
    """Shows what was decided, why, and from which values. Example: tillstream decisions show d00064f0c1a2."""
    import json

    from tillstream.core.settings import load_settings
    from tillstream.decisions.record.entry import decode_entry
    from tillstream.decisions.record.words import record_in_words

    event = _record(load_settings(), decision_id)
    if as_json:
        typer.echo(json.dumps(json.loads(event), ensure_ascii=False))
        return
    for line in record_in_words(decode_entry(event)):
        typer.echo(line)


@app.command()
def replay(
    decision_id: Annotated[str | None, typer.Argument(help="As the answer named it; leave it out with --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every decision that the lake holds.")] = False,
    as_json: AsJson = False,
) -> None:
    """Decides again from the record; exit 3 if other bytes come out. Example: tillstream decisions replay d00064f0."""
    from tillstream.core.settings import load_settings

    if every == (decision_id is not None):
        raise typer.BadParameter("give a decision's id, or --all")
    settings = load_settings()
    if decision_id is None:
        _replay_all(settings, as_json)
    else:
        _replay_one(settings, decision_id, as_json)


def _replay_one(settings: "Settings", decision_id: str, as_json: bool) -> None:
    import json

    from tillstream.decisions.record.entry import answer_digest

    again = _decide_again(settings)(_record(settings, decision_id))
    sha256 = answer_digest(again.body)
    if as_json:
        found = {"same": again.is_same, "sha256": sha256, "recorded_sha256": again.recorded_sha256}
        typer.echo(json.dumps({**found, "notes": again.notes, "answer": json.loads(again.body)}, ensure_ascii=False))
    else:
        typer.echo(again.body.decode())
        for note in again.notes:
            typer.echo(f"note: {note}", err=True)
        same = f"the same {len(again.body)} bytes" if again.is_same else "OTHER bytes than"
        typer.echo(f"{same}{' as' if again.is_same else ''} left then (sha256 {sha256[:16]})", err=True)
    if not again.is_same:
        raise typer.Exit(3)


def _replay_all(settings: "Settings", as_json: bool) -> None:
    """Counts, and one digest over all answers: equal lakes give equal digests."""
    import hashlib
    import json

    from tillstream.data.lake import Lake
    from tillstream.decisions.record.find import records_in

    decide_again, total, others = _decide_again(settings), hashlib.sha256(), list[str]()
    count = 0
    for event in records_in(Lake(settings.lake_path)):
        again = decide_again(event)
        count += 1
        total.update(again.body)
        if not again.is_same:
            others.append(json.loads(event)["event_id"])
    if as_json:
        found = {"decisions": count, "other": len(others), "first_others": others[:5], "sha256": total.hexdigest()}
        typer.echo(json.dumps(found))
    else:
        named = f", the first {others[0]}" if others else ""
        typer.echo(f"{count} decisions, {len(others)} with other bytes{named} (sha256 {total.hexdigest()[:16]})")
    if others:
        raise typer.Exit(3)


def _decide_again(settings: "Settings") -> "Callable[[bytes], Replayed]":
    """What decides again from a record's bytes; an export is loaded once."""
    from functools import cache

    from tillstream.apps.wiring.serving import load_champion
    from tillstream.decisions.code import code_digest
    from tillstream.decisions.policy import Policy
    from tillstream.decisions.record.entry import decode_entry
    from tillstream.decisions.replay import replay as decide_again

    @cache
    def load(use_case: str, digest: str) -> "Champion[Any]":
        return load_champion(settings.models_path, use_case, digest)

    return lambda event: decide_again(decode_entry(event), policy=Policy(), code=code_digest(), load=load)


@app.command()
def snapshot(as_json: AsJson = False, dry_run: DryRun = False) -> None:
    """Writes what the API falls back on, from the lake. Example: tillstream decisions snapshot."""
    import json
    import time

    import msgspec

    from tillstream.core.settings import load_settings
    from tillstream.data.lake import Lake
    from tillstream.decisions.churn.batch import saved_scores
    from tillstream.decisions.snapshot.collect import collect
    from tillstream.decisions.snapshot.write import write_snapshot

    settings, began = load_settings(), time.monotonic()
    found = collect(Lake(settings.lake_path))
    if dry_run:
        typer.echo(f"{len(found.products)} products and {len(found.tastes)} tastes would be written")
        return
    manifest = write_snapshot(
        settings.models_path / "snapshot",
        made_at_us=time.time_ns() // 1_000,
        products=found.products,
        tastes=found.tastes,
        churn=saved_scores(settings.models_path),
    )
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(manifest)))
        return
    typer.echo(
        f"snapshot {manifest.snapshot_id}: {manifest.products} products in {len(manifest.categories)} categories,"
        f" {manifest.tastes} tastes, {manifest.churn_scores} churn scores, {time.monotonic() - began:.1f} s"
    )


@app.command("score-churn")
def score_churn(as_json: AsJson = False, dry_run: DryRun = False) -> None:
    """Scores every customer for the next snapshot. Example: tillstream decisions score-churn."""
    import json
    import time

    from tillstream.apps.wiring.serving import load_champion
    from tillstream.core.errors import NotTrained
    from tillstream.core.settings import load_settings
    from tillstream.data.lake import Lake
    from tillstream.decisions.churn.batch import save_scores, score_customers
    from tillstream.models.scoring.exports import serving_digest

    settings, began = load_settings(), time.monotonic()
    try:
        champion = load_champion(settings.models_path, "churn", serving_digest(settings.models_path, "churn"))
    except NotTrained as error:
        typer.echo(json.dumps({"customers": 0, "why": error.why}) if as_json else f"nothing scored: {error}")
        return
    found = score_customers(Lake(settings.lake_path), champion, time.time_ns() // 1_000)
    if not dry_run:
        save_scores(settings.models_path, found)
    seconds = time.monotonic() - began
    if as_json:
        typer.echo(json.dumps({"customers": len(found.scores), "model": found.model, "seconds": round(seconds, 3)}))
    else:
        typer.echo(f"{len(found.scores)} customers scored by {found.model} in {seconds:.1f} s")


def _record(settings: "Settings", decision_id: str) -> bytes:
    from tillstream.data.lake import Lake
    from tillstream.decisions.record.find import find_record

    return find_record(settings.spool_path, Lake(settings.lake_path), decision_id)
