"""Every `tillstream …` command that a page, the Makefile, a service or a job names is one."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from tillstream.apps.cli.main import app
from tillstream.core.settings import Settings
from tillstream.operations.stack.jobs import JOBS
from tillstream.operations.stack.services import stack_services

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile"])
NAMED = re.compile(r"(?:^|[`$/( ])tillstream ((?:[a-z][a-z-]*)(?: [a-z][a-z-]+)*)", re.MULTILINE)
CODE = re.compile(r"```sh\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def complaint(words: list[str]) -> str | None:
    """What is wrong with a command's words, up to the first that is an argument."""
    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    for place, word in enumerate(words):
        if not hasattr(command, "list_commands"):
            return None
        found = command.get_command(context, word)
        if found is None:
            return f"tillstream {' '.join(words[:place])} has no `{word}`"
        command = found
    return None if not hasattr(command, "list_commands") else f"tillstream {' '.join(words)} wants a verb"


def started() -> list[tuple[str, ...]]:
    services = stack_services(Settings())
    commands = [*(service.command for service in services), *(job.command for job in JOBS)]
    return [command for command in commands if command and command[0] == "tillstream"]


@pytest.mark.parametrize("command", started(), ids=" ".join)
def test_what_the_stack_starts_is_a_command(command: tuple[str, ...]) -> None:
    words = [word for word in command[1:] if not word.startswith("-")]
    assert complaint(words) is None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_tells_to_type_is_a_command(page: Path) -> None:
    text = page.read_text()
    code = text if page.suffix != ".md" else "\n".join(block or inline for block, inline in CODE.findall(text))
    wrong = [said for match in NAMED.finditer(code) if (said := complaint(match[1].split()))]
    assert wrong == []
