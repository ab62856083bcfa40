"""The job that makes sessions, in Java, so that a replay runs at the engine's own speed; contracts are told from here.

It does what `logic/sessions.py` does, step for step, and reads records by the contracts' JSON Schemas. Tests hold both
to the Python they repeat (docs/adr/0017).
"""

import json
from typing import Any

from pyflink.datastream import StreamExecutionEnvironment
from pyflink.java_gateway import get_gateway

from tillstream.data.streaming.flink.job_settings import JobSettings
from tillstream.data.streaming.flink.reading_rules import reading_rules
from tillstream.data.streaming.flink.tables import DRIFT_MS, TRANSACTION_TIMEOUT_MS
from tillstream.data.streaming.logic.sessions import OUTPUT


def add_sessions(streams: StreamExecutionEnvironment, settings: JobSettings) -> None:
    """Adds to the job all that leads from clicks and orders to `sessions.v1`."""
    java = get_gateway().jvm.tillstream.sessions.SessionJob
    java.add(streams._j_stream_execution_environment, json.dumps(told_to_java(settings)))


def told_to_java(settings: JobSettings) -> dict[str, Any]:
    """What the job needs to know of the project; `rules` say which records count."""
    return {
        "job": settings.job,
        "bootstrap": settings.bootstrap,
        "output": OUTPUT,
        "lateness_ms": settings.lateness_seconds * 1000,
        "idle_ms": round(settings.idle_seconds * 1000),
        "gap_ms": settings.gap_seconds * 1000,
        "partial_ms": round(settings.partial_seconds * 1000),
        "drift_ms": DRIFT_MS,
        "transaction_timeout_ms": TRANSACTION_TIMEOUT_MS,
        "rules": reading_rules(),
    }
