"""`tillstream features memory`: whether the online store will hold the features, before it has to."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tillstream.core.settings import load_settings

if TYPE_CHECKING:
    from tillstream.apps.wiring.feature_memory import Held
    from tillstream.features.online.footprint import Footprint

_MIB = 2**20


def memory(
    entities: Annotated[
        list[str] | None, typer.Option(help="A number of entities instead of the lake's: customer=500000. Repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Says what memory the online store needs; exit 3 when it will not fit.

    Expected is what rows made from the lake take, at most what the definitions allow; held is the running store's.
    Example: tillstream features memory --entities customer=500000.
    """
    from tillstream.apps.wiring.feature_memory import held, needed

    settings, given = load_settings(), dict(map(_number, entities or ()))
    need, has = needed(settings, given), held(settings)
    if as_json:
        told = {"needs": [asdict(one) for one in need.needs], "expected_bytes": need.expected_bytes}
        told |= {"at_most_bytes": need.at_most_bytes, "most_bytes": need.most_bytes, "fits": need.fits}
        typer.echo(json.dumps({**told, "held": asdict(has) if has else None}))
    else:
        for line in (*_table(need, has), _verdict(need)):
            typer.echo(line)
    if not need.fits:
        raise typer.Exit(3)


def _number(text: str) -> tuple[str, int]:
    from tillstream.features.definitions import default_schema

    entity, _, number = text.partition("=")
    if entity not in default_schema().groups or not number.replace("_", "").isdigit():
        known = ", ".join(default_schema().groups)
        raise typer.BadParameter(f"{text!r} is not ENTITY=NUMBER with one of {known}", param_hint="--entities")
    return entity, int(number)


def _table(need: "Footprint", has: "Held | None") -> list[str]:
    heads = ("entity", "entities", "bytes a row", "at most", "MiB", "at most", "rows held", "bytes a row")
    lines = ["{:<10}{:>13}{:>13}{:>12}{:>12}{:>16}{:>12}{:>13}".format(*heads)]
    for one in need.needs:
        rows = has.rows.get(one.entity, 0) if has else None
        size = has.row_bytes.get(one.entity) if has else None
        lines.append(
            f"{one.entity:<10}{one.entities:>13,}{_figure(one.expected_row):>13}{one.row_at_most:>12,}"
            f"{_mebibytes(one.expected_bytes):>12}{_mebibytes(one.at_most_bytes):>16}{_figure(rows):>12}"
            f"{_figure(size):>13}"
        )
    if has:
        lines.append(f"the store holds {_mebibytes(has.used_bytes)} MiB of {_mebibytes(has.most_bytes)} MiB")
    return lines


def _verdict(need: "Footprint") -> str:
    what = f"{_mebibytes(need.expected_bytes)} MiB expected, {_mebibytes(need.at_most_bytes)} MiB at most"
    if not need.most_bytes or need.at_most_bytes <= need.most_bytes:
        return f"fits: {what}"
    if need.fits:
        return f"fits: {what}; the store may hold {_mebibytes(need.most_bytes)} MiB and refuses writes beyond it"
    return (
        f"does not fit: {what}, and the store may hold {_mebibytes(need.most_bytes)} MiB: raise "
        "TILLSTREAM_STORE__MAX_MEMORY_BYTES, or serve fewer features or shorter windows"
    )


def _figure(number: float | None) -> str:
    return "-" if number is None else f"{number:,.0f}"


def _mebibytes(size: int | None) -> str:
    return "-" if size is None else f"{size / _MIB:,.1f}"
