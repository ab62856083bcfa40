"""A real log as the demo's history."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tillstream.core.errors import NotFound
from tillstream.operations.demo.checks import history_on_log, plain
from tillstream.operations.demo.filling import filling_steps
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.steps import Step


@dataclass(frozen=True, slots=True)
class RealLog:
    """A log and its mapping (a shipped name or a file); `protocol` names how its figure is measured, if it has one."""

    file: Path
    mapping: str
    protocol: str | None = None
    data: Path = Path()


SHIPPED: Final[Mapping[str, RealLog]] = MappingProxyType(
    {
        "tafeng": RealLog(Path("tafeng/ta_feng_raw.parquet"), "tafeng", "tafeng"),
        "diginetica": RealLog(Path("sessions_diginetica/diginetica_train_sessions.txt.gz"), "diginetica", "diginetica"),
        "fraud": RealLog(Path("fraud_handbook/raw_apr_aug.parquet"), "fraud_handbook", "fraud_handbook"),
    }
)
"""Public logs by name, their files under the data folder."""


def real_log(name: str, mapping: Path | None, data: Path) -> RealLog:
    """The shipped log of that name, or the file with its mapping; raises NotFound with what there is."""
    if (known := SHIPPED.get(name)) is not None:
        found = RealLog(data / known.file, known.mapping, known.protocol, data)
    elif mapping is None:
        raise NotFound(f"no shipped log {name!r}; there are {', '.join(SHIPPED)}; a file needs --mapping")
    else:
        found = RealLog(Path(name), str(mapping))
    if not found.file.exists():
        raise NotFound(f"no file {found.file}; TILLSTREAM_DATA names the folder of the public logs")
    return found


def replay_steps(scene: Scene, log: RealLog) -> tuple[Step, ...]:
    """The loop on a real past, and its figure beside a plain baseline where the log has a protocol."""
    steps = filling_steps(scene, replayed_history(scene, log))
    if log.protocol is None:
        return steps
    measure = ("tillstream", "models", "measure", log.protocol, "--data", str(log.data.resolve()))
    return (*steps, Step("figure", plain, measure, after=("train",), most_seconds=600.0))


def replayed_history(scene: Scene, log: RealLog) -> Step:
    """The log on ours, through its mapping."""
    command = ("tillstream", "sources", "replay", str(log.file.resolve()), "--mapping", log.mapping, "--json")
    return Step("history", history_on_log(scene), command, most_seconds=600.0)
