"""Engines that are compared only when asked for: they need more than Python."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from research.parity.proving import MakeEngine

from tillstream.core.settings import Settings
from tillstream.data.lake import Lake

ENGINES: Final = ("spark",)


@contextmanager
def engines_over(lake: Lake, folder: Path, names: Sequence[str]) -> Iterator[Mapping[str, MakeEngine]]:
    """Those of these names, over that lake, for as long as the block runs."""
    with ExitStack() as stack:
        made: dict[str, MakeEngine] = {}
        if "spark" in names:
            from tillstream.apps.wiring.spark_lake import spark_session
            from tillstream.features.offline.spark import frames_of_lake
            from tillstream.features.parity.spark import SparkEngine

            session = stack.enter_context(spark_session(Settings(home=folder), "parity", replans=False))
            made["spark"] = partial(SparkEngine, session, frames_of_lake(session, lake))
        yield made
