"""One frozen class per area; each field has its sentence and its unit."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=1, le=65_535)]


class Area(BaseModel):
    """A frozen group of settings; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Engines(Area):
    """Which engine plays each role; combinations that make no sense are refused with a sentence."""

    log: Literal["sqlite"] = "sqlite"
    """The event log."""
    lake: Literal["embedded"] = "embedded"
    """What takes events to bronze, silver and gold."""
    live_features: Literal["embedded"] = "embedded"
    """What keeps live feature tiles."""


class LogSettings(Area):
    """The event log."""

    lease_seconds: Annotated[float, Field(gt=0.2, le=300)] = 10.0
    """How long a group member may be silent before its partitions go to others."""
    busy_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """How long a write waits for another process to let go of a topic's file."""


class LakeSettings(Area):
    """The lake worker."""

    commit_rows: Annotated[int, Field(ge=1)] = 50_000
    """Rows after which a batch is committed."""
    commit_seconds: Annotated[float, Field(gt=0)] = 30.0
    """Seconds after which a batch is committed, however small."""
    compact_after_commits: Annotated[int, Field(ge=2)] = 20
    """Commits to a table after which its small files are compacted."""
    retention_days: Annotated[int, Field(ge=1)] = 3650
    """Days of `occurred_at` that bronze and silver keep."""


class FeatureSettings(Area):
    """The feature worker and the online writer."""

    poll_rows: Annotated[int, Field(ge=1)] = 2_000
    """Events in one live micro-batch."""
    lateness_seconds: Annotated[int, Field(ge=0)] = 3_600
    """How long after its end a step stays with the live engine."""


class StoreSettings(Area):
    """The online store: Valkey or Redis."""

    host: str = "127.0.0.1"
    """Where it listens."""
    port: Port = 6479
    """Its port."""
    deadline_ms: Annotated[int, Field(ge=1, le=1_000)] = 20
    """What one round trip may take before the decision goes on without it."""
    max_memory_bytes: Annotated[int, Field(ge=16 * 2**20)] = 512 * 2**20
    """What the server that we start may hold."""


class ServingSettings(Area):
    """The API."""

    host: str = "127.0.0.1"
    """Where it listens; only loopback until there is sign-in."""
    port: Port = 8420
    """Its port."""
    deadline_ms: Annotated[int, Field(ge=10, le=10_000)] = 100
    """What a decision may take in all."""
    max_body_bytes: Annotated[int, Field(ge=1_024)] = 4 * 2**20
    """The largest body `POST /v1/events` takes."""
    spool_days: Annotated[float, Field(gt=0)] = 2.0
    """How long `GET /v1/decisions/{id}` answers from the spool."""


class ModelSettings(Area):
    """Training and promotion."""

    seed: int = 7
    """Seed of every split and every model."""


class StackSettings(Area):
    """The local stack."""

    mlflow_port: Port = 8422
    """Port of `make mlflow`."""
    stop_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How long a service may take to stop before it is killed."""
    memory_limit_bytes: Annotated[int, Field(ge=64 * 2**20)] = 2 * 2**30
    """Resident memory at which a service is started anew."""
