"""Plans of features on this home: what is in force here, what changing it costs, and carrying it out."""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
import pyarrow.compute as pc

from tillstream.apps.wiring.backfill_engine import backfill_engine
from tillstream.apps.wiring.event_log import open_feature_logs
from tillstream.apps.wiring.feature_jobs import run_release
from tillstream.apps.wiring.feature_memory import needed
from tillstream.core.contracts import from_micros, topic_named
from tillstream.core.errors import NotTrained
from tillstream.core.settings import Settings
from tillstream.data.lake import Lake
from tillstream.decisions.snapshot.files import write_atomically
from tillstream.features.definitions import FEATURES, default_schema
from tillstream.features.engines.embedded.state import ask_for_all
from tillstream.features.errors import TooLarge
from tillstream.features.offline.release import Released
from tillstream.features.offline.silver import begin_of
from tillstream.features.online.footprint import Footprint
from tillstream.features.planning import InForce, Plan, applied, plan_of
from tillstream.models.scoring import USE_CASES
from tillstream.models.scoring.exports import read_manifest, serving_digest


def make_plan(settings: Settings) -> tuple[Plan, dict[str, int], Footprint]:
    """The plan, how many events of silver each topic's batch would read for it, and what the store will hold."""
    plan = plan_of(_in_force(settings), FEATURES, default_schema(), _read_by(settings))
    events = _events_to_read(settings, {topic for refill in plan.refills for topic in refill.topics})
    return plan, events, needed(settings, {})


def apply_plan(settings: Settings, *, wait_seconds: float, until_stored: bool) -> tuple[Plan, Released | None]:
    """Carries the plan out: batch sends every released step again where tiles changed, then it is noted.

    Raises MeaningChanged, StillRead or TooLarge before anything is done, NotSettled when something has not come far
    enough.
    """
    plan, _, need = make_plan(settings)
    after = applied(plan, _in_force(settings), FEATURES, default_schema())
    if plan.refills and not need.fits:
        raise TooLarge(need.expected_bytes, need.most_bytes)
    released = run_backfill(settings, wait_seconds=wait_seconds, until_stored=until_stored) if plan.refills else None
    write_atomically(_record(settings), msgspec.to_builtins(after))
    return plan, released


def run_backfill(settings: Settings, *, wait_seconds: float, until_stored: bool, engine: str | None = None) -> Released:
    """Has batch send the tiles of every released step again, computed by the engine that the settings name."""
    with backfill_engine(settings, engine or settings.engines.backfill) as compute:
        logs = open_feature_logs(settings)
        try:
            ask_for_all(logs.updates)
        finally:
            logs.close()
        return run_release(settings, wait_seconds=wait_seconds, until_stored=until_stored, compute=compute)


def _record(settings: Settings) -> Path:
    return settings.home / "features" / "in_force.json"


def _in_force(settings: Settings) -> InForce:
    path = _record(settings)
    return msgspec.json.decode(path.read_bytes(), type=InForce) if path.exists() else InForce()


def _read_by(settings: Settings) -> dict[str, str]:
    found: dict[str, str] = {}
    for use_case in USE_CASES:
        with suppress(NotTrained):
            manifest = read_manifest(settings.models_path, use_case, serving_digest(settings.models_path, use_case))
            found |= {slot["name"]: use_case for slot in manifest["features"]}
    return found


def _events_to_read(settings: Settings, topics: Iterable[str]) -> dict[str, int]:
    groups = [group for groups in default_schema().groups.values() for group in groups]
    lake, begin = Lake(settings.lake_path), begin_of(groups, time.time_ns() // 1000)
    found = {}
    for topic in sorted(topics):
        since = pc.field("occurred_at") >= pc.scalar(from_micros(begin[topic]))
        found[topic] = lake.arrow(f"silver.{topic_named(topic).entity}", ["occurred_at"], since).num_rows
    return found
