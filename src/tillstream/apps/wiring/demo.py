"""The demo's process: it starts the stack as a child of its own and walks through the steps."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from tillstream.apps.wiring.event_log import open_log
from tillstream.apps.wiring.stack import child_environment, places_of, require_engines
from tillstream.core.java import brisk_java
from tillstream.core.locks import held
from tillstream.core.settings import Settings
from tillstream.operations.demo.replay import RealLog, replay_steps
from tillstream.operations.demo.run import Demo, prepare, summary, visitors_there
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.shop import Shop
from tillstream.operations.demo.steps import Step
from tillstream.operations.demo.world import world_steps

LIVE_RATE = 20
"""Events of simulated visitors a second: enough to watch, little beside a visitor of your own."""
SPARK_SCALE = 0.3
"""Still enough events to train on; Spark takes seconds for each table that it writes, however little comes."""
_SPARK_MEBIBYTES = 640
"""Two of them run at once, the lake's and gold's; at the demo's scale a larger heap only fills up."""


def run_demo(
    settings: Settings,
    *,
    scale: float | None,
    keep: bool,
    once: bool,
    real: RealLog | None,
    stopping: Callable[[], bool],
    tell: Callable[[str], None],
) -> bool:
    """The whole demo on a simulated shop, or on a real log; False when it was stopped before its last step.

    Without a scale it is one that is done in minutes on two cores, with the engines that are set.
    """
    require_engines(settings)
    if scale is None:
        scale = SPARK_SCALE if settings.engines.lake == "spark" else 1.0
    places = places_of(settings)
    prepare(places, keep=keep)
    begun = time.monotonic()
    with Demo(places, demo_environment(settings), settings.stack.stop_seconds, tell) as demo:
        demo.start("stack", ("tillstream", "stack", "up"))
        scene = build_scene(settings)
        with held(places.job_lock, wait=True):  # the steps are what the scheduler's jobs do: not both at once
            done = demo.run(_steps(scene, demo, real, scale, kept=keep), stopping)
        if done is None:
            return False
        found = summary(demo, done, seconds=time.monotonic() - begun, url=scene.shop.url)
        tell(
            f"\nall checked in {found['seconds']:.0f} s, {found['disk_bytes'] / 2**20:,.0f} MiB on disk, "
            f"peak memory {found['peak_memory_bytes'] / 2**20:,.0f} MiB over all processes\n{scene.shop.url}"
        )
        if not once:
            tell("live visitors are in the shop; Ctrl-C ends everything")
            demo.stay(stopping)
    if once:
        tell(json.dumps(found))
    return True


def _steps(scene: Scene, demo: Demo, real: RealLog | None, scale: float, *, kept: bool) -> tuple[Step, ...]:
    """A simulated shop goes on live; a real log has a past only."""
    if real is not None:
        return replay_steps(scene, real)
    visitors = Step("visitors", visitors_there(scene, demo, LIVE_RATE), after=("snapshot",))
    return (*world_steps(scene, scale, kept=kept), visitors)


def build_scene(settings: Settings) -> Scene:
    """What the steps look at; the lake's engines load while the stack starts."""
    from tillstream.data.lake import Lake

    return Scene(
        log=open_log(settings),
        lake=Lake(settings.lake_path.resolve()),
        places=places_of(settings),
        shop=Shop(f"http://{settings.serving.host}:{settings.serving.port}"),
        log_in_stack=settings.engines.log == "kafka",
    )


def demo_environment(settings: Settings) -> dict[str, str]:
    """What every process of a demo is told: the lake commits often, so that one sees it live."""
    brisk = {"TILLSTREAM_LAKE__COMMIT_SECONDS": "2", **brisk_java()}
    # The simplest collector holds the least beside the heap, and two cores have none to spare for another.
    brisk["TILLSTREAM_SPARK__JAVA_OPTIONS"] = f"-XX:+UseSerialGC {settings.spark.java_options}".strip()
    if "driver_memory_mebibytes" not in settings.spark.model_fields_set:
        brisk["TILLSTREAM_SPARK__DRIVER_MEMORY_MEBIBYTES"] = str(_SPARK_MEBIBYTES)
    return {**child_environment(settings), **brisk}


def data_folder() -> Path:
    """Where the public logs lie: TILLSTREAM_DATA, else beside the repository."""
    return Path(os.environ.get("TILLSTREAM_DATA", "../shared/data"))
