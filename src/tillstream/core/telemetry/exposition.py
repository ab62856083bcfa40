"""Readings in Prometheus' own terms."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from tillstream.core.telemetry.metric import Metric, Readings


def registry_of(readings: Sequence[Readings[Any]]) -> CollectorRegistry:
    """A registry that reads them anew each time it is asked."""
    registry = CollectorRegistry()
    for one in readings:
        registry.register(_Collector(one))
    return registry


class _Collector:
    def __init__(self, readings: Readings[Any]) -> None:
        self._readings = readings

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        for metric in self._readings.sheet.metrics:
            yield self._family(metric)

    def _family(self, metric: Metric[Any]) -> CounterMetricFamily | GaugeMetricFamily:
        labels = [*self._readings.sheet.labels, *([metric.by] if metric.by else [])]
        kind = CounterMetricFamily if metric.name.endswith("_total") else GaugeMetricFamily
        family = kind(metric.name, metric.sentence, labels=labels)
        for values, source in self._readings.sources.items():
            number = metric.read(source)
            if not isinstance(number, Mapping):
                family.add_metric(list(values), number)
                continue
            for value, part in number.items():
                family.add_metric([*values, value], part)
        return family
