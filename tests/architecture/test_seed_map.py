import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATES = {"runs", "checked without its server", "not yet"}
ROW = re.compile(r"^\| (?P<seed>.+?) \| `(?P<home>[^`]+)` \| (?P<state>[^|]+?) \|")


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str]]:
    page = HERE.parents[1] / "docs" / "seed-map.md"
    found = [ROW.match(line) for line in page.read_text().splitlines() if line.startswith("| ") and "`" in line]
    assert all(found), "a row reads | seed | `home` | state | note |"
    return [(row["seed"].strip("`"), row["home"], row["state"]) for row in found if row]


def named(file: str) -> list[str]:
    return (HERE / file).read_text().splitlines()


def test_every_file_and_tool_of_the_seed_has_exactly_one_row(rows: list[tuple[str, str, str]]) -> None:
    seeds = [seed for seed, _, _ in rows]
    assert sorted(seeds) == sorted(named("seed_files.txt") + named("seed_tools.txt"))


def test_a_state_is_one_of_three(rows: list[tuple[str, str, str]]) -> None:
    assert {state for _, _, state in rows} <= STATES


def test_a_home_that_runs_is_there(rows: list[tuple[str, str, str]], root: Path) -> None:
    assert [home for _, home, state in rows if state != "not yet" and not (root / home).exists()] == []
