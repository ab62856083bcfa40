import pytest
from scripts.reference.__main__ import GENERATED, PAGES, is_stale


@pytest.mark.parametrize("page", GENERATED)
def test_a_generated_page_is_what_the_code_says(page: str) -> None:
    assert not is_stale(page, GENERATED[page]()), f"docs/reference/{page} is stale: make docs"


def test_no_page_is_left_over_from_something_that_is_gone() -> None:
    kept = {str(path.relative_to(PAGES)) for path in PAGES.rglob("*.*")}
    by_hand = {"models.md", "limits.md", "faults.md"}
    assert kept - set(GENERATED) - by_hand == set()
