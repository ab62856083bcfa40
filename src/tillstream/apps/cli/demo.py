"""The demo on the command line: the whole loop, from nothing to a shop that answers."""

from pathlib import Path
from typing import Annotated

import typer

from tillstream.core.settings import load_settings

app = typer.Typer(help="The whole loop on this machine, from nothing to a shop that answers.")


@app.command()
def demo(
    scale: Annotated[
        float | None, typer.Option(min=0.01, max=100, help="Times 300,000 events; by default 1, on Spark 0.3.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Go on with what the last demo left.")] = False,
    once: Annotated[bool, typer.Option("--once", help="End when all is checked; JSON on the last line.")] = False,
    replay: Annotated[
        str | None, typer.Option(help="A real log instead: tafeng, diginetica, fraud, or a file.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="The mapping of a file given to --replay.")] = None,
) -> None:
    """Runs the whole loop and stays until Ctrl-C. Example: tillstream demo --scale 0.5 --once."""
    from tillstream.apps.signals import stop_signal
    from tillstream.apps.wiring.demo import data_folder, run_demo
    from tillstream.operations.demo.replay import real_log

    with stop_signal() as stopping:
        done = run_demo(
            load_settings(),
            scale=scale,
            keep=keep,
            once=once,
            real=real_log(replay, mapping, data_folder()) if replay else None,
            stopping=stopping,
            tell=typer.echo,
        )
    if not done:
        typer.echo("stopped before the last step; nothing is left running", err=True)
        raise typer.Exit(1)
