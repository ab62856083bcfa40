"""From a past on the log to a shop that serves: the steps that every demo shares."""

from dataclasses import replace

from tillstream.operations.demo.checks import (
    gold_built,
    lake_filled,
    models_trained,
    plain,
    shop_serves,
    stack_ready,
    streams_told,
)
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.steps import Step

TRAIN = ("tillstream", "models", "train", "all", "--json")


def filling_steps(scene: Scene, history: Step) -> tuple[Step, ...]:
    """Stack, history, lake, streams, gold, features, models, snapshot; those that wait for nobody run at once.

    Training is first in line after the lake: it takes longest, and keeps one core and a half busy.
    """
    stack = Step("stack", stack_ready(scene), most_seconds=600.0)
    first = (stack, replace(history, after=("stack",))) if scene.log_in_stack else (history, stack)
    return (
        *first,
        Step("lake", lake_filled(scene), after=("stack", "history"), most_seconds=600.0),
        Step("train", models_trained, TRAIN, after=("lake",), exits=(0, 3), most_seconds=600.0),
        Step("streams", streams_told(scene), after=("lake",), most_seconds=600.0),
        Step("gold", gold_built(scene), ("tillstream", "lake", "gold"), after=("lake",)),
        Step("features", plain, ("tillstream", "features", "release", "--until-stored"), after=("lake",)),
        Step("score churn", plain, ("tillstream", "decisions", "score-churn"), after=("train",)),
        Step("snapshot", plain, ("tillstream", "decisions", "snapshot"), after=("score churn",)),
        Step("serve", shop_serves(scene), after=("gold", "features", "snapshot")),
    )
