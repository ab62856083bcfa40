import numpy as np
import pytest

from tillstream.models.datasets.histories import history_of
from tillstream.models.scoring import RecommendScorer
from tillstream.models.training.recommend.fit import fit_recommender, recommender_of

SESSIONS = [
    ["lamp", "bulb"],
    ["lamp", "bulb", "cable"],
    ["shoe", "sock"],
    ["shoe", "sock", "lace"],
    ["lamp", "bulb"],
    ["shoe", "shoe", "sock"],
    ["lamp"],
]
CATEGORIES = {"lamp": "light", "bulb": "light", "cable": "light", "shoe": "feet", "sock": "feet", "lace": "feet"}
BASKETS = {
    "ada": [["lamp"], ["bulb", "cable"]],
    "ben": [["shoe"]],
    "eve": [["shoe", "sock"]],
    "kay": [["shoe", "sock"]],
}


@pytest.fixture(scope="module")
def scorer() -> RecommendScorer:
    return recommender_of(history_of(SESSIONS, BASKETS, CATEGORIES))


def test_what_followed_in_past_sessions_comes_first(scorer: RecommendScorer) -> None:
    found = [one.product_id for one in scorer.candidates(["lamp"], 6) if one.product_id != "lamp"]
    assert found[0] == "bulb"
    assert scorer.candidates(["lamp"], 6)[0].source == "session"


def test_an_unknown_visitor_gets_what_sells(scorer: RecommendScorer) -> None:
    found = scorer.candidates([], 3)
    assert {one.source for one in found} == {"popular"}
    assert found == scorer.candidates(["never seen"], 3) == scorer.candidates([], 3, "nobody")


def test_a_known_customer_without_a_session_gets_what_they_buy_again(scorer: RecommendScorer) -> None:
    best = scorer.candidates([], 2, "ada")
    assert {one.product_id for one in best} <= {"lamp", "bulb", "cable"}
    assert {one.source for one in best} == {"again"}


def test_what_goes_with_purchases_is_found_though_never_bought(scorer: RecommendScorer) -> None:
    assert "sock" in [one.product_id for one in scorer.candidates([], 2, "ben")]


def test_the_newest_view_says_most(scorer: RecommendScorer) -> None:
    newest_lamp = [one.product_id for one in scorer.candidates(["lamp", "shoe"], 6)]
    newest_shoe = [one.product_id for one in scorer.candidates(["shoe", "lamp"], 6)]
    assert newest_lamp.index("bulb") < newest_lamp.index("sock")
    assert newest_shoe.index("sock") < newest_shoe.index("bulb")


def test_because_names_the_view_that_brought_it(scorer: RecommendScorer) -> None:
    assert scorer.because("bulb", ["shoe", "lamp"]) == "lamp"
    assert scorer.because("bulb", ["shoe"]) is None
    assert scorer.because("no such product", ["lamp"]) is None


def test_all_products_can_be_asked_for_and_none_comes_twice(scorer: RecommendScorer) -> None:
    found = [one.product_id for one in scorer.candidates(["lamp"], 100)]
    assert sorted(found) == sorted(scorer.product_ids)


def test_a_given_list_is_put_in_the_same_order(scorer: RecommendScorer) -> None:
    found = scorer.candidates(["shoe"], 6)
    ranked = scorer.rank(["unknown", *reversed([one.product_id for one in found])], ["shoe"])
    assert [one.product_id for one in ranked if one.score > 0] == [one.product_id for one in found if one.score > 0]
    assert ranked[-1].score == 0.0


def test_the_same_history_gives_the_same_bytes() -> None:
    first, second = (fit_recommender(history_of(SESSIONS, BASKETS, CATEGORIES)) for _ in range(2))
    assert first == second


def test_an_empty_side_is_no_hindrance() -> None:
    only_baskets = recommender_of(history_of([], BASKETS))
    assert only_baskets.candidates(["shoe"], 2, "ben")
    only_sessions = recommender_of(history_of(SESSIONS))
    assert only_sessions.candidates(["lamp"], 2)


def test_scores_stay_finite_in_a_log_of_strangers() -> None:
    random = np.random.default_rng(5)
    sessions = [[f"p{item}" for item in random.integers(0, 50, random.integers(1, 6))] for _ in range(300)]
    scorer = recommender_of(history_of(sessions))
    for session in sessions[:50]:
        assert np.isfinite(scorer.scores(session)).all()
