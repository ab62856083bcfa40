"""The demo on the simulated shop."""

from typing import Final

from tillstream.operations.demo.checks import history_on_log, loop_closed, record_in_lake
from tillstream.operations.demo.filling import filling_steps
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.steps import Step

CUSTOMERS: Final = 1_250
"""At scale 1; with `DAYS` they leave about 300,000 events."""
DAYS: Final = 45


def world_steps(scene: Scene, scale: float, *, kept: bool) -> tuple[Step, ...]:
    """The whole loop, from a simulated past to a list that turns and a record in the lake."""
    made: list[str] = []
    return (
        *filling_steps(scene, simulated_history(scene, scale, kept=kept)),
        Step("loop", loop_closed(scene, made), after=("serve",)),
        Step("record", record_in_lake(scene, made), after=("loop",), most_seconds=60.0),
    )


def simulated_history(scene: Scene, scale: float, *, kept: bool) -> Step:
    """A simulated past on the log; with `kept` what lies there already."""
    if kept and (scene.rows("bronze") if scene.log_in_stack else scene.on_log()):
        return Step("history", history_on_log(scene))
    world = ("--customers", str(max(20, round(CUSTOMERS * scale))), "--days", str(DAYS), "--seed", "7")
    command = ("tillstream", "sources", "simulate", "--to", "log", *world, "--json")
    return Step("history", history_on_log(scene), command)
