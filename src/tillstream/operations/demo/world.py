"""The steps of a demo, one list a kind of history."""

from typing import Final

from tillstream.operations.demo.checks import (
    gold_built,
    history_on_log,
    lake_filled,
    loop_closed,
    models_trained,
    plain,
    record_in_lake,
    shop_serves,
    stack_ready,
)
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.steps import Step

CUSTOMERS: Final = 1_250
"""At scale 1; with `DAYS` they leave about 300,000 events."""
DAYS: Final = 45


def simulated_history(scene: Scene, scale: float, *, kept: bool) -> Step:
    """A simulated past on the log; with `kept` what lies there already."""
    if kept and scene.on_log():
        return Step("history", history_on_log(scene))
    world = ("--customers", str(max(20, round(CUSTOMERS * scale))), "--days", str(DAYS), "--seed", "7")
    command = ("tillstream", "sources", "simulate", "--to", "log", *world, "--json")
    return Step("history", history_on_log(scene), command)


def steps_after(scene: Scene, history: Step) -> tuple[Step, ...]:
    """The whole loop from a past on the log to a list that turns; those that wait for nobody run at once."""
    made: list[str] = []
    return (
        Step("stack", stack_ready(scene)),
        history,
        Step("lake", lake_filled(scene), after=("stack", "history")),
        Step(
            "train", models_trained, ("tillstream", "models", "train", "all", "--json"), after=("lake",), exits=(0, 3)
        ),
        Step("gold", gold_built(scene), ("tillstream", "lake", "gold"), after=("lake",)),
        Step("features", plain, ("tillstream", "features", "release", "--until-stored"), after=("lake",)),
        Step("score churn", plain, ("tillstream", "decisions", "score-churn"), after=("train",)),
        Step("snapshot", plain, ("tillstream", "decisions", "snapshot"), after=("score churn",)),
        Step("serve", shop_serves(scene), after=("gold", "features", "snapshot")),
        Step("loop", loop_closed(scene, made), after=("serve",)),
        Step("record", record_in_lake(scene, made), after=("loop",), most_seconds=60.0),
    )
