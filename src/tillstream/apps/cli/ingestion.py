"""Dead letters on the command line: list, show, repair, send again."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from tillstream.adapters.log.sqlite.topic_file import wall_clock_us
from tillstream.apps.wiring.event_log import apply_everywhere, open_log
from tillstream.core.contracts.derived import DeadLetter
from tillstream.core.errors import ContractError
from tillstream.core.settings import Settings, load_settings
from tillstream.data.ingestion import repair

app = typer.Typer(no_args_is_help=True, help="Dead letters: list, show, repair, replay.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LetterId = Annotated[str, typer.Argument(help="Its id, or the start of it.")]


def _repairs(settings: Settings) -> repair.Repairs:
    return repair.Repairs(settings.home / "repairs")


@app.command("list")
def list_letters(
    topic: Annotated[str | None, typer.Option(help="Only those meant for this topic.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lists dead letters, newest first. Example: tillstream ingestion list --topic clicks.v1."""
    settings = load_settings()
    letters = [one for one in repair.dead_letters(open_log(settings)) if topic in (None, one.topic)]
    repairs = _repairs(settings)
    rows = [_row(one, repairs) for one in sorted(letters, key=lambda one: one.occurred_at, reverse=True)[:limit]]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['id'][:12]}  {row['at']}  {row['topic']:<22} {row['state']:<9} {row['reasons'][0][:90]}")
    typer.echo(f"{len(letters)} dead letters" if letters else "no dead letters")


def _row(letter: DeadLetter, repairs: repair.Repairs) -> dict[str, Any]:
    state = "sent" if repairs.is_sent(letter) else "repaired" if repairs.of(letter) else "waiting"
    return {
        "id": letter.event_id,
        "at": letter.occurred_at.isoformat(timespec="seconds"),
        "topic": letter.topic,
        "place": letter.place,
        "state": state,
        "reasons": letter.reasons,
    }


@app.command("show")
def show_letter(letter_id: LetterId, as_json: AsJson = False) -> None:
    """Shows one with its original bytes. Example: tillstream ingestion show 3fa81c."""
    settings = load_settings()
    letter = repair.dead_letter_named(open_log(settings), letter_id)
    row = _row(letter, _repairs(settings))
    original = repair.original_of(letter)
    if as_json:
        typer.echo(json.dumps({**row, "original": letter.original}))
        return
    for name, value in row.items():
        typer.echo(f"{name:<8} {'; '.join(value) if isinstance(value, list) else value}")
    typer.echo(f"original {original.decode(errors='backslashreplace')}")


@app.command("repair")
def repair_letter(
    letter_id: LetterId,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="field=JSON, may be repeated; null removes.")
    ] = None,
    value: Annotated[Path | None, typer.Option(help="A file with the whole repaired event.")] = None,
    topic: Annotated[str | None, typer.Option(help="The topic it should go to, if not its own.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Check and print, keep nothing.")] = False,
) -> None:
    """Keeps repaired bytes for the next replay. Example: tillstream ingestion repair 3fa81c --set price_cents=1299."""
    settings = load_settings()
    letter = repair.dead_letter_named(open_log(settings), letter_id)
    repaired = value.read_bytes() if value else repair.original_of(letter)
    if changes:
        repaired = repair.with_fields(repaired, dict(map(_change, changes)))
    if dry_run:
        repair.checked_record(topic or letter.topic, repaired)
    else:
        _repairs(settings).save(letter, repaired, topic)
    typer.echo(
        f"{letter.event_id[:12]} obeys its contract now{'' if dry_run else '; send it with replay-dead-letters'}"
    )


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ContractError(f"--set takes field=JSON, got {text!r}")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


@app.command("replay-dead-letters")
def replay_letters(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="Ids, or their starts; all that wait if none.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Check each, send none.")] = False,
) -> None:
    """Sends dead letters through the door again. Example: tillstream ingestion replay-dead-letters 3fa81c.

    Received now. Those that still break a rule stay, with the rule printed; exit 3 if any did.
    """
    settings = load_settings()
    log, repairs = open_log(settings), _repairs(settings)
    letters = [repair.dead_letter_named(log, one) for one in letter_ids or []] or list(repair.dead_letters(log))
    sent = stayed = 0
    for letter in letters:
        if repairs.is_sent(letter):
            continue
        try:
            if dry_run:
                repair.checked_record(*(repairs.of(letter) or (letter.topic, repair.original_of(letter))))
            else:
                repair.send_again(log, repairs, letter, now_us=wall_clock_us())
            sent += 1
        except ContractError as error:
            stayed += 1
            typer.echo(f"{letter.event_id[:12]} stays: {error}")
    typer.echo(f"{sent} {'would be sent' if dry_run else 'sent'}, {stayed} stay")
    if stayed:
        raise typer.Exit(3)


@app.command("retention")
def apply_retention(as_json: AsJson = False) -> None:
    """Deletes what is past its topic's retention and read by all. Example: tillstream ingestion retention."""
    deleted = apply_everywhere(load_settings(), wall_clock_us())
    if as_json:
        typer.echo(json.dumps(deleted))
        return
    typer.echo(f"{sum(deleted.values())} records deleted from {len(deleted)} topics")
