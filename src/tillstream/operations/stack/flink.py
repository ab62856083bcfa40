"""The Flink cluster that we start: its configuration, the commands of its two processes, and when it is ready."""

import http.client
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tillstream.core.errors import NotInstalled
from tillstream.core.settings import FlinkSettings
from tillstream.data.streaming.flink.states import KEPT
from tillstream.operations.stack.readiness import ANSWER_SECONDS

_VERSION: Final = "2.2.1"
_JARS: Final = ("flink-sql-connector-kafka", "flink-metrics-prometheus", "tillstream-flink")
_JOB_MANAGER: Final = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
_TASK_MANAGER: Final = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
_OPENED: Final = (
    "java.base/java.lang",
    "java.base/java.net",
    "java.base/java.io",
    "java.base/java.nio",
    "java.base/sun.nio.ch",
    "java.base/java.lang.reflect",
    "java.base/java.text",
    "java.base/java.time",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/java.util.concurrent.locks",
)
"""Modules of Java 17 that Flink's serializers reach into; its own scripts open the same."""

# What a task manager needs besides the heap of its tasks; the rest of its memory is that heap.
_METASPACE_MEBIBYTES: Final = 224
_OVERHEAD_MEBIBYTES: Final = 96
_NETWORK_MEBIBYTES: Final = 64
_FRAMEWORK_MEBIBYTES: Final = 96
_OFF_HEAP_MEBIBYTES: Final = 64
_MANAGED_MEBIBYTES: Final = 64  # window buffers of SQL; without any a job fails at its first row
_JOB_MANAGER_HEAP_MEBIBYTES: Final = 256


@dataclass(frozen=True, slots=True)
class FlinkCluster:
    """A JobManager and a TaskManager on loopback, their folders under `folder`.

    `environment` is the Python environment that holds apache-flink, `jars` the folder of the Kafka
    connector, the Prometheus reporter and our own job. The metrics ports follow the REST port.
    """

    folder: Path
    environment: Path
    jars: Path
    settings: FlinkSettings
    jobs: int = 2
    """How many there is room for."""

    @property
    def python(self) -> Path:
        """The interpreter that jobs run in."""
        return self.environment / "bin" / "python"

    @property
    def pyflink(self) -> Path:
        """The wheel's folder, which holds Flink's own jars."""
        versions = sorted((self.environment / "lib").glob("python3.*"))
        return (versions[-1] if versions else self.environment / "lib") / "site-packages" / "pyflink"

    @property
    def checkpoints(self) -> Path:
        """Where state is kept while jobs run; the last one of each job outlives the cluster."""
        return self.folder / "checkpoints"

    @property
    def savepoints(self) -> Path:
        """Where a job that is stopped leaves its state."""
        return self.folder / "savepoints"

    @property
    def metrics_ports(self) -> tuple[int, int]:
        """Where Prometheus reads the JobManager and the TaskManager."""
        return self.settings.rest_port + 1, self.settings.rest_port + 2

    def configuration(self) -> dict[str, str]:
        """Flink's options that both processes and the jobs share."""
        return {
            "jobmanager.rpc.address": self.settings.host,
            "jobmanager.rpc.port": str(self.settings.rest_port + 3),
            "jobmanager.bind-host": self.settings.host,
            "rest.address": self.settings.host,
            "rest.bind-address": self.settings.host,
            "rest.port": str(self.settings.rest_port),
            "taskmanager.host": self.settings.host,
            "taskmanager.bind-host": self.settings.host,
            # A dead peer is noticed by its closed connection, one that only stands still after 30 s.
            "heartbeat.interval": "2 s",
            "heartbeat.timeout": "30 s",
            # A process that was stopped for half a minute goes on where it was: a lost message would restart its jobs.
            "pekko.ask.timeout": "60 s",
            "taskmanager.numberOfTaskSlots": str(self.slots),
            "io.tmp.dirs": str(self.folder / "tmp"),
            "state.backend.type": "hashmap",
            "execution.checkpointing.dir": self.checkpoints.as_uri(),
            "execution.checkpointing.savepoint-dir": self.savepoints.as_uri(),
            "execution.checkpointing.num-retained": str(KEPT),  # the cluster's word; a job's own is not heard
            "restart-strategy.type": "exponential-delay",
            "restart-strategy.exponential-delay.initial-backoff": "1 s",
            "restart-strategy.exponential-delay.max-backoff": "30 s",
            "restart-strategy.exponential-delay.reset-backoff-threshold": "2 min",
            "slot.request.timeout": "60 s",
            "metrics.reporter.prom.factory.class": "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
            "metrics.fetcher.update-interval": "1 s",
            # For the process that sends a job; the cluster's own two get the same by their commands.
            "env.java.opts.all": " ".join(_opened()),
            "web.submit.enable": "false",
        }

    @property
    def slots(self) -> int:
        """Each job takes as many slots as it has subtasks."""
        return self.jobs * self.settings.parallelism

    def files(self) -> dict[Path, str]:
        """The configuration files and their text, by path; one folder for each process."""
        shared = "".join(f"{name}: {json.dumps(value)}\n" for name, value in self.configuration().items())
        logging = _LOGGING.format(level="WARN")
        written = {}
        for name, port in zip(("jobmanager", "taskmanager"), self.metrics_ports, strict=True):
            conf = self.folder / "conf" / name
            written[conf / "config.yaml"] = f'{shared}metrics.reporter.prom.port: "{port}"\n'
            written[conf / "log4j.properties"] = logging
        return written

    def write_files(self) -> None:
        """Writes the configuration and makes the folders; raises NotInstalled where the jars are not all there."""
        for name in _JARS:
            if not any(self.jars.glob(f"{name}-*.jar")):
                raise NotInstalled(f"flink: no {name} jar in {self.jars}; `make engines` puts it there")
        for path, text in self.files().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for folder in (self.checkpoints, self.savepoints, self.folder / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)

    def job_manager_command(self) -> tuple[str, ...]:
        """How to start the process that plans, counts checkpoints and answers REST."""
        heap = (f"-Xms64m -Xmx{_JOB_MANAGER_HEAP_MEBIBYTES}m", "-XX:MaxMetaspaceSize=192m", "-XX:+UseSerialGC")
        return (*self._java("jobmanager", " ".join(heap)), _JOB_MANAGER, *self._configured("jobmanager"))

    def task_manager_command(self) -> tuple[str, ...]:
        """How to start the process that runs the tasks, with its memory divided as Flink's scripts would."""
        heap = self.task_heap_mebibytes + _FRAMEWORK_MEBIBYTES
        options = (
            f"-Xms128m -Xmx{heap}m -XX:MaxMetaspaceSize={_METASPACE_MEBIBYTES}m -XX:+UseG1GC "
            f"-XX:MaxDirectMemorySize={2 * _OFF_HEAP_MEBIBYTES + _NETWORK_MEBIBYTES}m"
        )
        return (
            *self._java("taskmanager", options),
            _TASK_MANAGER,
            *self._configured("taskmanager"),
            *(word for name, value in self.task_memory().items() for word in ("-D", f"{name}={value}")),
        )

    @property
    def task_heap_mebibytes(self) -> int:
        """What is left for the tasks' heap; never below 128."""
        taken = (
            _METASPACE_MEBIBYTES + _OVERHEAD_MEBIBYTES + _NETWORK_MEBIBYTES + _FRAMEWORK_MEBIBYTES + _MANAGED_MEBIBYTES
        )
        return max(128, self.settings.task_memory_mebibytes - taken - 2 * _OFF_HEAP_MEBIBYTES)

    def task_memory(self) -> Mapping[str, str]:
        """The TaskManager's memory options, all of them: it refuses to guess."""
        return {
            "taskmanager.cpu.cores": str(float(self.slots)),
            "taskmanager.memory.task.heap.size": f"{self.task_heap_mebibytes}m",
            "taskmanager.memory.task.off-heap.size": f"{_OFF_HEAP_MEBIBYTES}m",
            "taskmanager.memory.framework.heap.size": f"{_FRAMEWORK_MEBIBYTES}m",
            "taskmanager.memory.framework.off-heap.size": f"{_OFF_HEAP_MEBIBYTES}m",
            "taskmanager.memory.network.min": f"{_NETWORK_MEBIBYTES}m",
            "taskmanager.memory.network.max": f"{_NETWORK_MEBIBYTES}m",
            "taskmanager.memory.managed.size": f"{_MANAGED_MEBIBYTES}m",
            "taskmanager.memory.jvm-metaspace.size": f"{_METASPACE_MEBIBYTES}m",
            "taskmanager.memory.jvm-overhead.min": f"{_OVERHEAD_MEBIBYTES}m",
            "taskmanager.memory.jvm-overhead.max": f"{_OVERHEAD_MEBIBYTES}m",
        }

    def _java(self, process: str, options: str) -> tuple[str, ...]:
        path = (f"{self.pyflink}/lib/*", f"{self.pyflink}/opt/flink-python-{_VERSION}.jar", f"{self.jars}/*")
        return (
            # Python inside a task finds its environment by the first `python` on PATH, as a shell would.
            "env",
            f"PATH={self.environment / 'bin'}:{os.environ.get('PATH', os.defpath)}",
            "java",
            *options.split(),
            *_opened(),
            f"-Dlog4j.configurationFile={self.folder}/conf/{process}/log4j.properties",
            "-cp",
            ":".join(path),
        )

    def _configured(self, process: str) -> tuple[str, ...]:
        return ("--configDir", str(self.folder / "conf" / process))


def _opened() -> list[str]:
    return [f"--add-opens={module}=ALL-UNNAMED" for module in _OPENED]


_LOGGING: Final = """rootLogger.level = {level}
rootLogger.appenderRef.console.ref = console
# Each checkpoint of an exactly-once sink says again that two metrics have one name.
logger.metrics.name = org.apache.flink.metrics.MetricGroup
logger.metrics.level = ERROR
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{{ISO8601}} %-5p %c{{1}} %m%n
"""


@dataclass(frozen=True, slots=True)
class Slots:
    """The JobManager answers and at least `least` slots have registered with it; 0 asks only the JobManager."""

    host: str
    port: int
    least: int = 0

    def lacks(self, started_at: float) -> str | None:  # noqa: ARG002  an older TaskManager's slots are as good
        """Asks its REST API for the cluster's overview."""
        line = http.client.HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS)
        try:
            line.request("GET", "/overview")
            answer = line.getresponse()
            there = int(json.loads(answer.read())["slots-total"])
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
            return f"{self.host}:{self.port} {error!r}"
        finally:
            line.close()
        return None if there >= self.least else f"{there} of {self.least} slots have registered"
