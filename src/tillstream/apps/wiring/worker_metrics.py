"""The metrics of a running worker: its own counts, and its group's lag."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Literal, TypeAlias

from tillstream.adapters.log import Log
from tillstream.apps.wiring.event_log import open_log
from tillstream.core.errors import TillstreamError
from tillstream.core.settings import Settings
from tillstream.core.telemetry.metric import Metric, Readings, Sheet, Source
from tillstream.core.telemetry.metrics_server import metrics_served

Worker: TypeAlias = Literal["lake", "features", "streaming"]
_ANSWER_SECONDS: Final = 2.0
"""Prometheus waits for 10 s, and two groups may be asked for."""


@dataclass(frozen=True, slots=True)
class Measured(Generic[Source]):
    """What is measured, the group and topics that it reads, and the values of its sheet's labels."""

    source: Source
    group: str
    topics: Sequence[str]
    labels: tuple[str, ...] = ()


@contextmanager
def measured(
    settings: Settings,
    worker: Worker,
    sheet: Sheet[Source],
    each: Sequence[Measured[Source]],
    *,
    serve: bool,
) -> Iterator[None]:
    """Answers Prometheus while the block runs; see metrics_served for a port that is taken.

    Without `serve` it does not: a run until all is caught up tells its totals when it ends.
    """
    port = getattr(settings.metrics, f"{worker}_port") if serve else 0
    with closing(_AskedLog(settings)) as log:
        lag = {one.labels: partial(log.lag_by_topic, one.group, one.topics) for one in each}
        counts = {one.labels: one.source for one in each}
        told: tuple[Readings[Any], ...] = (Readings(sheet, counts), Readings(lag_sheet(worker, sheet.labels), lag))
        with metrics_served(told, port, f"TILLSTREAM_METRICS__{worker.upper()}_PORT"):
            yield


def lag_sheet(worker: Worker, labels: tuple[str, ...]) -> "Sheet[partial[Mapping[str, int]]]":
    """How far a worker is behind; the sources are asked by calling them."""
    name = f"tillstream_{worker}_lag_records"
    sentence = "Records between what its group committed and the log's end; absent while the log does not answer."
    return Sheet((Metric(name, sentence, lambda ask: ask(), by="topic"),), labels)


class _AskedLog:
    """A log of its own for whoever answers Prometheus, opened when first asked."""

    def __init__(self, settings: Settings) -> None:
        # Nobody waits long: not Prometheus, and not a worker that ends.
        kafka = settings.kafka.model_copy(update={"answer_seconds": _ANSWER_SECONDS})
        self._settings = settings.model_copy(update={"kafka": kafka})
        # One thread asks: each that asks the SQLite log gets connections of its own, and a request is a thread.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lag")
        self._log: Log | None = None

    def lag_by_topic(self, group: str, topics: Sequence[str]) -> Mapping[str, int]:
        """What the group has left to read of each topic; empty when nobody says so in time."""
        try:
            return self._thread.submit(self._ask, group, topics).result(2 * _ANSWER_SECONDS)
        except (TillstreamError, OSError):  # also TimeoutError
            return {}
        except (CancelledError, RuntimeError):  # asked while the worker ends
            return {}

    def _ask(self, group: str, topics: Sequence[str]) -> Mapping[str, int]:
        self._log = self._log or open_log(self._settings)
        found: Counter[str] = Counter()
        for (topic, _), lag in self._log.lag(group).items():
            found[topic] += lag
        for topic in set(topics) - set(found):  # Kafka knows nothing of a topic that the group never committed
            found[topic] = sum(self._log.end_offsets(topic).values())
        return found

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        if self._log is not None:
            self._log.close()
