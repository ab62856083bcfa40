from pathlib import Path

import polars as pl
import pytest
from tests.integration.models.conftest import write_silver
from tests.shop.events import at, payment
from typer.testing import CliRunner

from tillstream.apps.cli.features import app
from tillstream.core.contracts import to_micros
from tillstream.core.settings import load_settings
from tillstream.data.lake import Lake
from tillstream.features.definitions import FEATURES
from tillstream.features.distributions import distribution


def test_a_page_shows_the_values_that_the_lake_has_and_no_plot_where_it_has_none(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILLSTREAM_HOME", str(empty_folder / "home"))
    paid = payment("y1", at("09:00"), 500, kind="charged_back", card_id="k1")
    write_silver(Lake(load_settings().lake_path), "payments.v1", [(to_micros(at("09:00")), paid.encode())])
    for page in ("card__chargebacks_ever", "device__payments_1h"):
        words = ["docs", page, "--plots", "--out", str(empty_folder)]
        assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0
    assert "(plots/card__chargebacks_ever.png)" in (empty_folder / "card__chargebacks_ever.md").read_text()
    assert (empty_folder / "plots/card__chargebacks_ever.png").read_bytes().startswith(b"\x89PNG")
    assert "plots/" not in (empty_folder / "device__payments_1h.md").read_text()
    assert CliRunner().invoke(app, ["docs", "card", "--plots"]).exit_code == 2


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        (pl.Series([1, 1, 2, None]), 2),
        (pl.Series(range(100)), 40),
        (pl.Series([0.5, 0.25, 0.125]), 40),
        (pl.Series(["DE", "FR", "DE"]), 2),
        (pl.Series([["boots"], [], ["boots", "lamp"]]), 2),
        (pl.Series([None, None], dtype=pl.Int64), 0),
    ],
)
def test_few_values_have_a_bar_each_and_many_numbers_a_histogram(values: pl.Series, bars: int) -> None:
    (axes,) = distribution(next(iter(FEATURES.values())), values).axes
    assert len(axes.patches) == bars
    assert ("without a value" in axes.get_title(loc="left")) == bool(values.null_count())
