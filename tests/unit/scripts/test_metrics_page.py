"""Metrics have names of one kind, and every count of a worker is one."""

import re
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest
from scripts.reference.metrics_page import WORKERS

from tillstream.apps.wiring.worker_metrics import Worker, lag_sheet
from tillstream.data.streaming.embedded.keyed_worker import Totals as StreamingTotals
from tillstream.data.streaming.totals import Totals as LakeTotals
from tillstream.features.engines.embedded.worker import Totals as FeatureTotals

TOTALS: dict[Worker, type] = {"lake": LakeTotals, "features": FeatureTotals, "streaming": StreamingTotals}


@pytest.mark.parametrize("worker", WORKERS)
def test_a_name_says_whose_it_is_and_ends_in_total_or_a_unit(worker: Worker) -> None:
    sheet = WORKERS[worker][1]
    names = [metric.name for metric in (*sheet.metrics, *lag_sheet(worker, sheet.labels).metrics)]
    assert len(set(names)) == len(names)
    wanted = re.compile(rf"tillstream_{worker}_[a-z_]+_(total|seconds|records|keys)")
    assert [name for name in names if not wanted.fullmatch(name)] == []


@pytest.mark.parametrize("worker", WORKERS)
def test_every_count_of_a_worker_is_told_once(worker: Worker) -> None:
    counts = TOTALS[worker]()
    numbers = {one.name: 1_000_000 * (number + 1) for number, one in enumerate(fields(counts))}
    for name, number in numbers.items():
        by_outcome = isinstance(getattr(counts, name), dict)
        setattr(counts, name, {"down": number} if by_outcome else number)
    source: Any = SimpleNamespace(totals=counts, open_keys=5, watermark_ms=7) if worker == "streaming" else counts
    read = [metric.read(source) for metric in WORKERS[worker][1].metrics]
    told = [number for one in read for number in (one.values() if isinstance(one, dict) else (one,))]
    in_seconds = {name: number / 1e6 for name, number in numbers.items() if name.endswith("_us")}
    wanted = {**numbers, **in_seconds}.values()
    assert sorted(wanted) == sorted(number for number in told if number not in (5, 0.007))
