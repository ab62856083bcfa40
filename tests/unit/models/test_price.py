import numpy as np
import pytest

from tillstream.core.errors import NotTrained
from tillstream.models.datasets.demand import Demand
from tillstream.models.scoring import PriceScorer
from tillstream.models.training.price.fit import PriceSettings, files_of, fit_demand
from tillstream.models.training.price.trial import try_price

DAYS, PRODUCTS = 40, 60
TRUE = np.where(np.arange(PRODUCTS) < PRODUCTS // 2, 1.2, 3.0)
SETTINGS = PriceSettings()


def market(slope: np.ndarray, seed: int = 3) -> Demand:
    random = np.random.default_rng(seed)
    product, day = (axis.ravel() for axis in np.meshgrid(np.arange(PRODUCTS), np.arange(DAYS)))
    listed, liked = random.uniform(1_000, 9_000, PRODUCTS), random.normal(-2, 0.5, PRODUCTS)
    step = random.choice([0.85, 0.9, 1.0, 1.1, 1.15], len(product))
    looks = random.poisson(80, len(product)) + 1.0
    # A day on which all is bought more, and cheaper: only a model with day effects is not misled.
    busy = np.where(day % 7 == 6, 0.5, 0.0)
    step = np.where(day % 7 == 6, step * 0.93, step)
    rate = looks * np.exp(liked[product] + busy - slope[product] * np.log(step))
    names = [f"p{place:02d}" for place in range(PRODUCTS)]
    category = (np.arange(PRODUCTS) >= PRODUCTS // 2).astype(np.int64)
    return Demand(names, category, product, day, listed[product] * step, looks, random.poisson(rate).astype(float))


def test_elasticities_are_found_in_spite_of_busy_days() -> None:
    fitted = fit_demand(market(TRUE), SETTINGS)
    assert fitted.elasticity[:30].mean() == pytest.approx(1.2, abs=0.25)
    assert fitted.elasticity[30:].mean() == pytest.approx(3.0, abs=0.25)


def test_a_product_hardly_looked_at_leans_on_its_category() -> None:
    rows = market(TRUE)
    few = rows.take((rows.product != 0) | (rows.day < 2))
    fitted = fit_demand(few, SETTINGS)
    assert fitted.elasticity[0] == pytest.approx(fitted.of_category[0], abs=0.3)


def test_a_price_effect_beats_none_where_there_is_one_and_only_there() -> None:
    assert try_price(market(TRUE), SETTINGS).beats
    assert not try_price(market(np.zeros(PRODUCTS)), SETTINGS).beats


def test_two_days_are_too_few_to_judge() -> None:
    rows = market(TRUE)
    with pytest.raises(NotTrained, match="2 days"):
        try_price(rows.take(rows.day < 2), SETTINGS)


def test_the_best_price_is_lower_where_demand_is_more_elastic() -> None:
    rows = market(TRUE)
    scorer = PriceScorer.parse(files_of(fit_demand(rows, SETTINGS), rows))
    steady, nervous = (scorer.best_price(name, 10_000, 6_000) for name in ("p00", "p59"))
    assert nervous < steady
    assert nervous >= 7_000
    assert steady <= 13_000


def test_demand_falls_as_the_price_rises_and_strangers_get_the_shops_elasticity() -> None:
    rows = market(TRUE)
    scorer = PriceScorer.parse(files_of(fit_demand(rows, SETTINGS), rows))
    assert scorer.demand("p59", 5_000) > scorer.demand("p59", 6_000)
    assert scorer.demand("stranger", 5_000) == 0.0
    assert scorer.elasticity("p59") < scorer.elasticity("stranger") < scorer.elasticity("p00") < 0
