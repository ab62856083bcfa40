"""Writes the generated pages of docs/reference, or says which of them are stale.

python -m scripts.reference             write them
python -m scripts.reference api.md      only this one
python -m scripts.reference --check     exit 3 and name those that differ
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.reference.api_page import api_page, openapi_file
from scripts.reference.benchmarks_page import benchmarks_page
from scripts.reference.cli_page import cli_page
from scripts.reference.decisions_page import decisions_page
from scripts.reference.faults_page import faults_page
from scripts.reference.features_page import feature_pages
from scripts.reference.limits_page import limits_page
from scripts.reference.metrics_page import metrics_page
from scripts.reference.patterns_page import patterns_page
from scripts.reference.settings_page import settings_page
from scripts.reference.tables_page import tables_page
from tillstream.core.contracts.json_schema import all_schemas
from tillstream.core.contracts.reference import events_page

PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference"


def schema_file(name: str) -> Callable[[], str]:
    """Writes one topic's JSON Schema."""
    return lambda: json.dumps(all_schemas()[name], indent=2) + "\n"


GENERATED: Mapping[str, Callable[[], str]] = {
    "events.md": events_page,
    **{f"schemas/{name}.json": schema_file(name) for name in all_schemas()},
    "settings.md": settings_page,
    "tables.md": tables_page,
    **feature_pages(PAGES),
    "patterns.md": patterns_page,
    "decisions.md": decisions_page,
    "metrics.md": metrics_page,
    "openapi.json": openapi_file,
    "api.md": api_page,
    "cli.md": cli_page,
    "benchmarks.md": benchmarks_page,
    "limits.md": limits_page,
    "faults.md": faults_page,
}


def is_stale(name: str, text: str) -> bool:
    """Whether what is kept differs from what would be written."""
    page = PAGES / name
    return not page.exists() or page.read_text() != text


def main(arguments: list[str]) -> int:
    """Writes, or with --check compares."""
    checking = "--check" in arguments
    wanted = [name for name in arguments if not name.startswith("--")] or list(GENERATED)
    stale = {name: text for name in wanted if is_stale(name, text := GENERATED[name]())}
    if not checking:
        for name, text in stale.items():
            (PAGES / name).parent.mkdir(parents=True, exist_ok=True)
            (PAGES / name).write_text(text)
    print(f"{'stale' if checking else 'written'}: {', '.join(stale) or 'none'}")
    return 3 if stale and checking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
