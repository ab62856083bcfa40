from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.integration.models.conftest import write_silver
from tests.shop.events import at, payment
from typer.testing import CliRunner, Result

from tillstream.apps.cli.features import app
from tillstream.core.contracts import to_micros
from tillstream.core.settings import load_settings
from tillstream.data.lake import Lake
from tillstream.features.errors import FeatureError

Run = Callable[..., Result]


@pytest.fixture
def run(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """In a home whose card k1 paid at nine, which was received at noon."""
    monkeypatch.setenv("TILLSTREAM_HOME", str(empty_folder / "home"))
    monkeypatch.chdir(empty_folder)
    paid = payment("y1", at("09:00"), 500, card_id="007")
    write_silver(Lake(load_settings().lake_path), "payments.v1", [(to_micros(at("12:00")), paid.encode())])
    return lambda *words, **more: CliRunner().invoke(app, ["training-set", *words], **more)


def test_each_row_of_a_csv_gets_what_was_known_by_then_and_keeps_its_label_and_place(run: Run) -> None:
    Path("spine.csv").write_text(
        "card_id,at,label\n007,2026-03-02T12:00:00Z,1\nnobody,2026-03-02 13:00:00,0\n007,2026-03-02T12:59:59+01:00,2\n"
    )
    done = run("spine.csv", "--feature", "card__payments_7d", "--out", "sets/one.parquet", catch_exceptions=False)
    assert done.stdout.startswith("3 rows, 1 features, ")
    found = pl.read_parquet("sets/one.parquet")
    assert found["card_id"].to_list() == ["007", "nobody", "007"]
    assert found["label"].to_list() == [1, 0, 2]
    assert found["card__payments_7d"].to_list() == [1, 0, 0]


def test_without_names_it_takes_what_the_spine_has_ids_for_of_the_use_case(run: Run) -> None:
    spine = pl.DataFrame({"at": [at("12:00")], "card_id": ["007"]})
    spine.write_parquet("spine.parquet")
    run("spine.parquet", "--out", "all.parquet", catch_exceptions=False)
    run("spine.parquet", "--use-case", "fraud", "--out", "fraud.parquet", catch_exceptions=False)
    every, fraud = set(pl.read_parquet("all.parquet").columns), set(pl.read_parquet("fraud.parquet").columns)
    assert "card__payments_7d" in fraud
    assert fraud <= every
    assert not any(name.startswith(("customer__", "device__")) for name in every)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("card_id\nk\n", "has no column `at`"),
        ("card_id,at\nk,2026-03-02T10:00:00Z\nk,soon\n", "`at` of row 2 is no time: 'soon'"),
        ("card_id,at\nk,\n", "`at` of row 1 is no time: None"),
    ],
)
def test_a_spine_that_does_not_say_when_is_refused_with_its_row(run: Run, text: str, words: str) -> None:
    Path("spine.csv").write_text(text)
    refused = run("spine.csv", "--out", "set.parquet")
    assert isinstance(refused.exception, FeatureError)
    assert words in str(refused.exception)
    assert not Path("set.parquet").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("spine.csv", "--out", "set.csv"), "only a .parquet file"),
        (("spine.csv", "--out", "set.parquet"), "the spine has none of visitor_id"),
        (("gone.csv", "--out", "set.parquet"), "cannot be read"),
        (("spine.txt", "--out", "set.parquet"), "a .parquet or a .csv file"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    Path("spine.csv").write_text("planet,at\nx,2026-03-02T10:00:00Z\n")
    refused = run(*words)
    assert refused.exit_code != 0
    assert said in " ".join((refused.output + str(refused.exception)).replace("│", " ").split())
