"""One frozen class per area; each field has its sentence and its unit."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Port = Annotated[int, Field(ge=1, le=65_535)]
PortOrNone = Annotated[int, Field(ge=0, le=65_535)]


class Area(BaseModel):
    """A frozen group of settings; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Engines(Area):
    """Which engine plays each role; a role that is not named follows `set`."""

    set: Literal["embedded", "distributed"] = "embedded"
    """The set that the roles follow."""
    log: Literal["sqlite", "kafka"] = "sqlite"
    """The event log."""
    lake: Literal["embedded", "spark"] = "embedded"
    """What takes events to bronze, silver and gold."""
    streaming: Literal["embedded", "flink"] = "embedded"
    """What makes sessions and sees fraud patterns."""
    live_features: Literal["embedded", "flink"] = "embedded"
    """What keeps live feature tiles; on either set the feature worker does, unless it is named."""
    backfill: Literal["polars", "spark"] = "polars"
    """What computes the tiles of every released step when batch sends them again."""

    @model_validator(mode="before")
    @classmethod
    def _follow_the_set(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("set") == "distributed":
            return {"log": "kafka", "lake": "spark", "streaming": "flink", "backfill": "spark", **given}
        return given

    @model_validator(mode="after")
    def _combine(self) -> Self:
        for role in ("lake", "streaming"):
            engine = getattr(self, role)
            if engine != "embedded" and self.log == "sqlite":
                raise ValueError(f"{role}={engine} reads Kafka, not the SQLite log: set log=kafka, or {role}=embedded")
        if self.live_features == "flink" and self.streaming != "flink":
            raise ValueError("live_features=flink is a job on the cluster of streaming=flink: set that too")
        return self

    @property
    def needs_java(self) -> bool:
        """Whether a role is played by an engine on the JVM."""
        return self.log == "kafka"


class LogSettings(Area):
    """The event log."""

    lease_seconds: Annotated[float, Field(gt=0.2, le=300)] = 10.0
    """How long a group member may be silent before its partitions go to others."""
    busy_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """How long a write waits for another process to let go of a topic's file."""
    folder: Annotated[str, Field(pattern=r"^log(-[0-9]+)?$")] = "log"
    """Folder under the home of the events on SQLite; `stack move` makes each log anew and says here which one it is."""


class KafkaSettings(Area):
    """The event log on Kafka."""

    bootstrap: str = "127.0.0.1:9492"
    """Brokers, `host:port` with commas between; one on loopback is ours to start."""
    controller_port: Port = 9493
    """Port of the controller inside the broker that we start."""
    heap_mebibytes: Annotated[int, Field(ge=192, le=8_192)] = 512
    """The most that the broker we start may use for its heap."""
    replication: Annotated[int, Field(ge=1, le=7)] = 1
    """Copies of each partition of a topic that we make; with three, two must have a record before it counts."""
    answer_seconds: Annotated[float, Field(ge=1, le=300)] = 15.0
    """How long brokers may take to answer or to take a record; a broker's restart fits in."""


class SparkSettings(Area):
    """The lake on Spark."""

    master: str = "local[2]"
    """`local[n]` in the job's own process, or the `spark://` address of a cluster."""
    driver_memory_mebibytes: Annotated[int, Field(ge=512, le=65_536)] = 1_024
    """Heap of the driver, and of the executors in it."""
    java_options: str = ""
    """More options for the driver's Java."""
    trigger_seconds: Annotated[float, Field(ge=0)] = 2.0
    """How often a micro-batch begins; one that takes longer is followed at once."""
    max_records: Annotated[int, Field(ge=1)] = 100_000
    """Records of the log in one micro-batch."""
    shuffle_partitions: Annotated[int, Field(ge=1)] = 2
    """Tasks of a join or a grouping; as many as there are cores for it."""


class StreamingSettings(Area):
    """Sessions and fraud patterns, on either set."""

    session_gap_seconds: Annotated[int, Field(ge=1)] = 1_800
    """Silence after which a visitor's session is over; the next event at exactly this gap still joins."""
    sessions_lateness_seconds: Annotated[int, Field(ge=0)] = 300
    """How far behind the newest event one may come and still count live in its session."""
    patterns_lateness_seconds: Annotated[int, Field(ge=0)] = 10
    """The same for fraud patterns; an alert waits for so long."""
    idle_seconds: Annotated[float, Field(gt=0)] = 30.0
    """Silence after which a partition no longer holds back the others' time."""
    partial_seconds: Annotated[float, Field(gt=0)] = 2.0
    """How often the growing sessions are told while they are open."""


class FlinkSettings(Area):
    """Streaming on Flink."""

    host: str = "127.0.0.1"
    """Where the cluster's REST API listens; loopback is ours to start."""
    rest_port: Port = 8482
    """Its port."""
    parallelism: Annotated[int, Field(ge=1, le=1_024)] = 1
    """Subtasks of each operator: one a task manager, for those in one process share its Python, one at a time."""
    checkpoint_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How often state is made durable and the output of the time between is let go."""
    idle_seconds: Annotated[float, Field(gt=0)] = 120.0
    """Silence after which a partition holds no others back; shorter than a start it would lose events of a replay."""
    features_checkpoint_seconds: Annotated[float, Field(gt=0)] = 1.0
    """The same for live features, which cannot be read before."""
    task_memory_mebibytes: Annotated[int, Field(ge=512, le=65_536)] = 1_024
    """Memory in all of the task manager that we start."""


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
    features_stale_seconds: Annotated[float, Field(gt=0)] = 5.0
    """Live features that stand still for longer are named; a running worker tells every half second, and may pause."""
    max_body_bytes: Annotated[int, Field(ge=1_024)] = 4 * 2**20
    """The largest body `POST /v1/events` takes."""
    spool_days: Annotated[float, Field(gt=0)] = 2.0
    """How long `GET /v1/decisions/{id}` answers from the spool."""


class MetricsSettings(Area):
    """Where the workers answer Prometheus, on loopback; port 0 is nowhere."""

    lake_port: PortOrNone = 8430
    """Port of the lake worker, or of the Spark job."""
    features_port: PortOrNone = 8431
    """Port of the feature worker."""
    streaming_port: PortOrNone = 8432
    """Port of the streaming jobs' worker; Flink's processes answer on the two ports after its REST port."""


class ModelSettings(Area):
    """Training and promotion."""

    seed: int = 7
    """Seed of every split and every model."""


class StackSettings(Area):
    """The local stack."""

    jars_path: Path = Path("var/jars")
    """Where `make engines` put the jars, a folder an engine."""
    flink_environment_path: Path = Path("var/env/flink")
    """The Python environment that holds apache-flink."""
    mlflow_port: Port = 8422
    """Port of `make mlflow`."""
    stop_seconds: Annotated[float, Field(gt=0)] = 10.0
    """How long a service may take to stop before it is killed."""
    memory_limit_bytes: Annotated[int, Field(ge=64 * 2**20)] = 2 * 2**30
    """Resident memory at which a service is started anew."""
