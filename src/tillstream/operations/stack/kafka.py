"""The brokers that we start: one on loopback, or three for tests of a lost one; elsewhere Kafka is an address.

`server.properties` is written anew before each start; the storage is formatted once.
"""

import base64
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tillstream.core.errors import NotInstalled, ServiceError
from tillstream.core.java import require_java
from tillstream.core.settings import KafkaSettings
from tillstream.operations.stack.readiness import ANSWER_SECONDS
from tillstream.operations.stack.valkey import is_loopback

_LARGEST_RECORD_BYTES: Final = 8 * 2**20
_GROUPS_KEPT_MINUTES: Final = 365 * 24 * 60
"""A group's offsets outlive any time that a worker may be away; Kafka would forget them after a week."""
_FORMAT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker with a controller in it."""

    folder: Path
    """Its configuration and its data."""
    port: int
    controller_port: int
    number: int = 1
    heap_mebibytes: int = 512
    host: str = "127.0.0.1"

    @property
    def configuration(self) -> Path:
        """Its `server.properties`."""
        return self.folder / "server.properties"

    @property
    def data(self) -> Path:
        """Where the topics lie."""
        return self.folder / "data"

    @property
    def address(self) -> str:
        """What a client is given."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A broker lists the cluster."""

    settings: KafkaSettings

    def lacks(self, started_at: float) -> str | None:  # noqa: ARG002  brokers elsewhere have no start of ours
        """Asks by an admin client, which is kept."""
        from tillstream.adapters.log.kafka.readiness import cluster_lacks  # its library comes with an extra

        return cluster_lacks(self.settings, ANSWER_SECONDS)


def own_broker(folder: Path, settings: KafkaSettings) -> Broker | None:
    """The broker that is ours to start; None when the settings name brokers of somebody else's."""
    host, _, port = settings.bootstrap.rpartition(":")
    if "," in settings.bootstrap or not is_loopback(host):
        return None
    return Broker(folder, int(port), settings.controller_port, heap_mebibytes=settings.heap_mebibytes, host=host)


def three_brokers(folder: Path, ports: Sequence[int], *, heap_mebibytes: int = 256) -> tuple[Broker, ...]:
    """Three on this machine, from six free ports: with `replication` 3 any one of them may be lost."""
    return tuple(
        Broker(folder / str(n + 1), ports[n], ports[n + 3], number=n + 1, heap_mebibytes=heap_mebibytes)
        for n in range(3)
    )


def server_properties(broker: Broker, cluster: Sequence[Broker] = ()) -> str:
    """The configuration of one of the brokers of a cluster, by default its only one."""
    cluster = cluster or (broker,)
    among_others = len(cluster) > 1
    copies = min(3, len(cluster))
    in_sync = max(1, copies - 1)
    lines = {
        "process.roles": "broker,controller",
        "node.id": broker.number,
        "controller.quorum.voters": ",".join(f"{one.number}@{one.host}:{one.controller_port}" for one in cluster),
        "listeners": f"PLAINTEXT://{broker.address},CONTROLLER://{broker.host}:{broker.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{broker.address}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": broker.data.resolve(),
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "unclean.leader.election.enable": "false",
        "message.max.bytes": _LARGEST_RECORD_BYTES,
        # Short leases work, and a group that begins need not wait for members that may never come.
        "group.min.session.timeout.ms": 500,
        "group.initial.rebalance.delay.ms": 0,
        "offsets.retention.minutes": _GROUPS_KEPT_MINUTES,
        # Few partitions and small buffers: one shop's groups, not a company's.
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "log.cleaner.dedupe.buffer.size": 16 * 2**20,
        # Others lead its partitions once it has been silent for so long; alone, nobody could.
        **({"broker.session.timeout.ms": 4_000, "broker.heartbeat.interval.ms": 1_000} if among_others else {}),
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def format_command(broker: Broker, jars: Path, cluster_id: str) -> tuple[str, ...]:
    """Makes an empty folder a broker's storage; leaves one that is storage already."""
    what = ("kafka.tools.StorageTool", "format", "--ignore-formatted")
    return ("java", "-Xmx128m", "-cp", f"{jars}/*", *what, "-t", cluster_id, "-c", str(broker.configuration))


def broker_command(broker: Broker, jars: Path) -> tuple[str, ...]:
    """Starts the broker in the foreground."""
    heap = ("-Xms128m", f"-Xmx{broker.heap_mebibytes}m", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError")
    return ("java", *heap, "-cp", f"{jars}/*", "kafka.Kafka", str(broker.configuration))


def prepare_broker(broker: Broker, jars: Path, cluster: Sequence[Broker] = (), *, cluster_id: str = "") -> None:
    """Writes the configuration and, for a first start, the storage. Raises ServiceError with what the tool said."""
    require_broker(jars)
    broker.data.mkdir(parents=True, exist_ok=True)
    broker.configuration.write_text(server_properties(broker, cluster))
    if (broker.data / "meta.properties").exists():
        return
    done = subprocess.run(  # noqa: S603  our own command
        format_command(broker, jars, cluster_id or new_cluster_id()),
        capture_output=True,
        text=True,
        check=False,
        timeout=_FORMAT_SECONDS,
    )
    if done.returncode != 0:
        raise ServiceError(f"kafka: the storage could not be made: {(done.stdout + done.stderr).strip()[-600:]}")


def new_cluster_id() -> str:
    """An id as Kafka draws them; the brokers of a cluster are prepared with the same one."""
    drawn = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return drawn if drawn[0] != "-" else new_cluster_id()


def require_broker(jars: Path) -> None:
    """Raises NotInstalled with one sentence when there is no Java that can run a broker, or no jars of one."""
    require_java("Kafka")
    if not any(jars.glob("kafka_*.jar")):
        raise NotInstalled(f"kafka: no broker under {jars}; fetch it with `make engines`")
