"""Sends jobs to their cluster and says their ids: `python -m tillstream.data.streaming.flink.job JSON…`.

Several at once cost little more than one: starting the planner takes longer than planning.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.java_gateway import get_gateway
from pyflink.table import StatementSet, StreamTableEnvironment

from tillstream.data.streaming.flink.fraud_pattern_detector import add_patterns
from tillstream.data.streaming.flink.job_settings import PATTERNS, SESSIONS, JobSettings, options
from tillstream.data.streaming.flink.session_aggregator import add_sessions

Part: TypeAlias = Callable[[StreamExecutionEnvironment, JobSettings], None]
"""Adds all of a job to an environment."""


def in_tables(add: Callable[[StreamTableEnvironment, StatementSet, JobSettings], None]) -> Part:
    """A part that is made of tables."""

    def part(streams: StreamExecutionEnvironment, settings: JobSettings) -> None:
        tables = StreamTableEnvironment.create(streams)
        statements = tables.create_statement_set()
        add(tables, statements, settings)
        statements.attach_as_datastream()

    return part


PARTS: Final[Mapping[str, Part]] = {SESSIONS: add_sessions, PATTERNS: in_tables(add_patterns)}


def remote_environment(settings: JobSettings) -> StreamExecutionEnvironment:
    """The cluster at the address; PyFlink's own function would start one inside this process."""
    given = Configuration()
    for name, value in options(settings).items():
        given.set_string(name, value)
    for name in ("python.client.executable", "python.executable"):
        given.set_string(name, sys.executable)
    gateway = get_gateway()
    no_jars = gateway.new_array(gateway.jvm.String, 0)
    java = gateway.jvm.org.apache.flink.streaming.api.environment.StreamExecutionEnvironment
    return StreamExecutionEnvironment(
        java.createRemoteEnvironment(
            settings.rest_host,
            settings.rest_port,
            given._j_configuration,
            no_jars,
        )
    )


def submit(settings: JobSettings, parts: Mapping[str, Part] = PARTS) -> str:
    """The id of the job, which runs on when this process ends."""
    streams = remote_environment(settings)
    parts[settings.job](streams, settings)
    return str(streams.execute_async(f"tillstream-{settings.job}").get_job_id())


def submit_all(arguments: Sequence[str], parts: Mapping[str, Part] = PARTS) -> None:
    """Sends what the arguments say, one job each, and says the ids."""
    for told in map(JobSettings.from_json, arguments):
        sys.stdout.write(json.dumps({"job": told.job, "job_id": submit(told, parts)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    submit_all(sys.argv[1:])
