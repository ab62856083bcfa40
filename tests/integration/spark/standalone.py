"""A standalone Spark cluster for tests: one master and one worker, from the wheel's own jars, on free ports."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyspark
from tests.brokers import free_ports

from tillstream.operations.stack.processes import launch

SPARK_CLASS = Path(pyspark.__path__[0]) / "bin" / "spark-class"
START_SECONDS = 60.0
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
REGISTERED = "Successfully registered with master"


@dataclass(frozen=True)
class Cluster:
    """Where it is asked, and where its worker keeps what its executors said."""

    address: str
    work: Path

    def executors(self) -> list[str]:
        """`<application>/<number>` of every executor that was ever started."""
        return sorted(str(said.parent.relative_to(self.work)) for said in self.work.glob("app-*/*/stderr"))


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster of two cores for as long as the block runs."""
    port, worker_port, *pages = free_ports(4)
    made = Cluster(f"spark://127.0.0.1:{port}", folder / "work")
    folder.mkdir(parents=True)
    here, said = ("--host", "127.0.0.1", "--webui-port"), folder / "worker.log"
    share = ("--cores", "2", "--memory", "1g", "--work-dir", str(made.work), "--port", str(worker_port))
    with contextlib.ExitStack() as at_exit:
        started(at_exit, (MASTER, *here, str(pages[0]), "--port", str(port)), folder / "master.log")
        worker = started(at_exit, (WORKER, *here, str(pages[1]), *share, made.address), said)
        until = time.monotonic() + START_SECONDS
        while REGISTERED not in said.read_text():
            assert worker.poll() is None, said.read_text()[-3000:]
            assert time.monotonic() < until, said.read_text()[-3000:]
            time.sleep(0.1)
        yield made


def started(at_exit: contextlib.ExitStack, arguments: tuple[str, ...], said: Path) -> "subprocess.Popen[bytes]":
    environment = {
        "SPARK_DAEMON_MEMORY": "192m",
        "JAVA_TOOL_OPTIONS": "-XX:+UseSerialGC",
    }
    with said.open("ab") as output:
        process = launch([str(SPARK_CLASS), *arguments], output, environment)  # dies with us
    at_exit.callback(process.wait, 10)
    at_exit.callback(process.terminate)
    return process
