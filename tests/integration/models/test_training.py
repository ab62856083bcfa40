"""All four models on the shop world: with its signal, without it, and what they may know."""

import shutil
from pathlib import Path

import pytest
from tests.integration.models.conftest import MakeHome

from tillstream.adapters.tracking import Tracker
from tillstream.core.errors import NotTrained
from tillstream.data.lake import Lake
from tillstream.data.sources.world import WorldSettings
from tillstream.models.evaluation.truth import judge_all
from tillstream.models.registry import Settled, train_and_settle, write_export
from tillstream.models.scoring import USE_CASES, RecommendScorer, load_export, load_scorer
from tillstream.models.training.train import train

pytestmark = [pytest.mark.services, pytest.mark.timeout(400)]

DEMO = WorldSettings(customers=1_200, days=45, seed=7)
CHANCE = WorldSettings(customers=1_200, days=45, seed=7, signal=False)


def train_all(home: Path) -> list[Settled]:
    with Tracker(home / "mlflow") as tracker:
        return [train_and_settle(one, Lake(home / "lake"), home / "models", tracker, 7) for one in USE_CASES]


@pytest.fixture(scope="module")
def demo(shop_home: MakeHome) -> tuple[Path, list[Settled]]:
    home = shop_home(DEMO)
    return home, train_all(home)


def test_on_the_default_world_all_four_beat_their_baselines(demo: tuple[Path, list[Settled]]) -> None:
    _, settled = demo
    assert [one.use_case for one in settled if not one.promoted] == [], [one.sentence for one in settled]


def test_the_world_without_its_signal_promotes_none(shop_home: MakeHome) -> None:
    home = shop_home(CHANCE)
    settled = train_all(home)
    assert [one.sentence for one in settled if one.promoted] == []
    assert all("not promoted: it does not beat its baseline" in one.sentence for one in settled)
    with pytest.raises(NotTrained, match="does not beat the amount"):
        load_export(home / "models", "fraud")


def test_with_the_truth_gone_training_gives_the_same_digests(demo: tuple[Path, list[Settled]], tmp_path: Path) -> None:
    home, settled = demo
    verdicts = judge_all(home / "models", Lake(home / "lake"), home / "truth")
    shutil.move(home / "truth", tmp_path / "truth")
    try:
        again = {one: write_export(tmp_path, train(one, Lake(home / "lake"), 7), "later").digest for one in USE_CASES}
    finally:
        shutil.move(tmp_path / "truth", home / "truth")
    assert again == {one.use_case: one.digest for one in settled}
    by_case = {one.use_case: one for one in verdicts}
    assert by_case["price"].ours < by_case["price"].baseline
    for use_case in ("recommend", "churn", "fraud"):
        assert by_case[use_case].ours > by_case[use_case].baseline, by_case[use_case].sentence


def test_three_views_of_a_category_turn_the_list(demo: tuple[Path, list[Settled]]) -> None:
    home, _ = demo
    scorer = load_scorer(load_export(home / "models", "recommend"))
    assert isinstance(scorer, RecommendScorer)
    seen = ["cameras-001", "cameras-002", "cameras-003"]
    others = [one for one in scorer.candidates(seen, 20) if one.product_id not in seen]
    assert sum(one.product_id.startswith("cameras") for one in others[:8]) >= 4
    assert scorer.because(others[0].product_id, seen) in seen


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's own use of SQLAlchemy
def test_runs_and_the_champion_are_in_mlflow(demo: tuple[Path, list[Settled]]) -> None:
    from mlflow.tracking import MlflowClient

    from tillstream.adapters.tracking import CHAMPION, mlflow_uri

    home, settled = demo
    client = MlflowClient(mlflow_uri(home / "mlflow"), mlflow_uri(home / "mlflow"))
    for one in settled:
        champion = client.get_model_version_by_alias(one.use_case, CHAMPION)
        assert champion.tags["digest"] == one.digest
        run = client.get_run(champion.run_id)
        assert run.data.metrics["ours"] != run.data.metrics["baseline"]
        assert run.data.params
        kinds = {file.path for file in client.list_artifacts(champion.run_id)}
        assert {"export", "plots"} <= kinds


def test_an_empty_log_says_what_is_missing(tmp_path: Path) -> None:
    reasons = {}
    for use_case in USE_CASES:
        with pytest.raises(NotTrained) as nothing:
            train(use_case, Lake(tmp_path / "lake"), 7)
        reasons[use_case] = nothing.value.why
    assert reasons["fraud"] == "no payments in this log"
    assert reasons["recommend"] == "no product views and no orders in this log"
