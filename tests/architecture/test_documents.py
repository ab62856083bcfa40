import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?P<to>[^)\s]+)\)")
TARGET = re.compile(r"^([a-z]+):.*## ", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The headings of a page, as GitHub makes links of them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for match in LINK.finditer(page.read_text()):
        to, _, anchor = match["to"].partition("#")
        if "://" in to or to.startswith("mailto:"):
            continue
        place = (page.parent / to).resolve() if to else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            broken.append(match["to"])
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_make_command_in_a_page_is_a_target(page: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    called = set(re.findall(r"(?:`|^|&& )make ([a-z]+)", page.read_text(), re.MULTILINE))
    assert called - targets == set()


def test_the_decisions_are_listed() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text()
    unlisted = [page.name for page in folder.glob("[0-9]*.md") if page.name not in index]
    assert unlisted == []


def test_every_see_of_a_card_leads_to_a_page() -> None:
    missing = []
    for path in (ROOT / "src").rglob("__init__.py"):
        for line in re.findall(r"See: (.+)", path.read_text()):
            pages = re.findall(r"[\w/.-]+\.md", line)
            missing += [f"{path.relative_to(ROOT)}: {page}" for page in pages if not (ROOT / page).exists()]
    assert missing == []


def test_make_help_says_what_each_target_does() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"\.PHONY: ((?:.*\\\n)*.*)", makefile)[1].replace("\\\n", " ").split())  # type: ignore[index]
    assert phony == set(TARGET.findall(makefile))
    assert len(phony) <= 26


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [page for kind in ("howto", "reference", "runbooks") for page in (ROOT / "docs" / kind).glob("*.md")]
    assert [page.name for page in pages if f"{page.parent.name}/{page.name}" not in index] == []


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs" / "adr").glob("[0-9]*.md")]
    assert sorted(numbers) == [f"{number:04}" for number in range(len(numbers))]
