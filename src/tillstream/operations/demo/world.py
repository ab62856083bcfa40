"""The steps of a demo, one list a kind of history."""

from typing import Final

from tillstream.operations.demo.checks import (
    gold_built,
    history_on_log,
    lake_filled,
    loop_closed,
    plain,
    shop_serves,
    stack_ready,
    trained,
)
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.steps import Step

CUSTOMERS: Final = 1_250
"""At scale 1; with `DAYS` they leave about 300,000 events."""
DAYS: Final = 45
USE_CASES: Final = ("recommend", "price", "fraud", "churn")


def simulated_history(scene: Scene, scale: float, *, kept: bool) -> Step:
    """A simulated past on the log; with `kept` what lies there already."""
    if kept and scene.on_log():
        return Step("history", history_on_log(scene))
    command = ("tillstream", "sources", "simulate", "--to", "log", *world_options(scale), "--json")
    return Step("history", history_on_log(scene), command)


def world_options(scale: float) -> tuple[str, ...]:
    """The same for history and for the visitors who go on from it."""
    return "--customers", str(max(20, round(CUSTOMERS * scale))), "--days", str(DAYS), "--seed", "7"


def steps_after(scene: Scene, history: Step) -> tuple[Step, ...]:
    """The whole loop from a past on the log to a list that turns; those that wait for nobody run at once."""
    return (
        Step("stack", stack_ready(scene)),
        history,
        Step("lake", lake_filled(scene), after=("stack", "history")),
        Step("gold", gold_built(scene), ("tillstream", "lake", "gold"), after=("lake",)),
        Step("features", plain, ("tillstream", "features", "release", "--until-stored"), after=("lake",)),
        *(_train(scene, use_case) for use_case in USE_CASES),
        Step("score churn", plain, ("tillstream", "decisions", "score-churn"), after=("train churn",)),
        Step("snapshot", plain, ("tillstream", "decisions", "snapshot"), after=("gold", "score churn")),
        Step("serve", shop_serves(scene), after=("snapshot", "features", *(f"train {one}" for one in USE_CASES))),
        Step("loop", loop_closed(scene), after=("serve",)),
    )


def _train(scene: Scene, use_case: str) -> Step:
    """Exit 3 says that it did not beat its baseline, which the line tells."""
    command = ("tillstream", "models", "train", use_case)
    return Step(f"train {use_case}", trained(scene, use_case), command, after=("gold",), exits=(0, 3))
