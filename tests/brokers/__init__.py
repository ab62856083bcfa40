"""Real Kafka brokers for tests: started from var/jars, on free ports, emptied between tests."""

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tillstream.core.settings import KafkaSettings
from tillstream.operations.stack.kafka import Broker, broker_command, new_cluster_id, prepare_broker, three_brokers
from tillstream.operations.stack.processes import launch

JARS = Path(__file__).resolve().parents[2] / "var" / "jars" / "kafka"
START_SECONDS = 120.0


class RunningBrokers:
    """One broker, or three; each a process of its own that can be killed and started again on its data."""

    def __init__(self, brokers: Sequence[Broker]) -> None:
        self.brokers, self._cluster_id = tuple(brokers), new_cluster_id()
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def settings(self) -> KafkaSettings:
        """How a client reaches them."""
        addresses = ",".join(broker.address for broker in self.brokers)
        return KafkaSettings(bootstrap=addresses, replication=len(self.brokers))

    def start(self, number: int | None = None) -> None:
        """Starts one of them, or all, and waits until they answer."""
        for broker in self.brokers:
            if number in (None, broker.number):
                prepare_broker(broker, JARS, self.brokers, cluster_id=self._cluster_id)
                with (broker.folder / "broker.log").open("ab") as output:
                    # Dies with us: a lane that is killed leaves no broker behind.
                    self.processes[broker.number] = launch(broker_command(broker, JARS), output, {})
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while len(self._answering()) < len(self.processes):
            for number, process in self.processes.items():
                assert process.poll() is None, f"broker {number} ended: {self._said(number)}"
            assert time.monotonic() < until, f"no answer: {self._said(self.brokers[0].number)}"
            time.sleep(0.1)

    def wait_until_in_sync(self) -> None:
        """Every copy of every partition is as far as its leader's, so that another broker may be lost."""
        until = time.monotonic() + START_SECONDS
        while behind := self._behind():
            assert time.monotonic() < until, f"behind: {behind}"
            time.sleep(0.1)

    def kill(self, number: int = 1) -> None:
        """kill -9."""
        process = self.processes.pop(number)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Asks all to end."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
        self.processes.clear()

    def empty(self) -> None:
        """Deletes every topic and group: the next log on them is another log."""
        admin, until = self._admin(), time.monotonic() + 20.0
        while True:
            groups = [group.group_id for group in admin.list_consumer_groups().result(10).valid]
            topics = [name for name in admin.list_topics(timeout=10).topics if not name.startswith("__")]
            if not groups and not topics:
                return
            assert time.monotonic() < until, f"still there: {groups} {topics}"
            asked = [admin.delete_consumer_groups([group]) for group in groups]
            asked += [admin.delete_topics(topics)] if topics else []
            for done in (future for answers in asked for future in answers.values()):
                with contextlib.suppress(KafkaException):  # a member that is still leaving, a topic that is just gone
                    done.result(10)

    def _answering(self) -> list[int]:
        try:
            return list(self._admin().list_topics(timeout=1.0).brokers)
        except KafkaException:
            return []

    def _behind(self) -> list[str]:
        try:
            topics = self._admin().list_topics(timeout=2.0).topics
        except KafkaException as error:
            return [str(error)]
        return [
            f"{name}/{number}"
            for name, topic in topics.items()
            for number, partition in topic.partitions.items()
            if len(partition.isrs) < len(partition.replicas)
        ]

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.settings.bootstrap, "log_level": 0})

    def _said(self, number: int) -> str:
        folder = next(broker.folder for broker in self.brokers if broker.number == number)
        return (folder / "broker.log").read_text()[-2_000:]


@contextlib.contextmanager
def one_broker(folder: Path) -> Iterator[RunningBrokers]:
    """A broker for as long as the block runs."""
    port, controller_port = free_ports(2)
    yield from _running(RunningBrokers([Broker(folder, port, controller_port, heap_mebibytes=256)]))


@contextlib.contextmanager
def cluster_of_three(folder: Path) -> Iterator[RunningBrokers]:
    """Three brokers, of which any may be lost."""
    yield from _running(RunningBrokers(three_brokers(folder, free_ports(6))))


def _running(brokers: RunningBrokers) -> Iterator[RunningBrokers]:
    try:
        brokers.start()
        yield brokers
    finally:
        brokers.stop()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as open_ones:
        found = []
        for _ in range(count):
            one = open_ones.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            found.append(one.getsockname()[1])
        return found
