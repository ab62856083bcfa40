"""One id's values in Python's numbers: a decision asks most entity kinds for one.

They mean what those of windowed.py mean. What is done to arrays costs by the number of times, not by their size, so for
a single row this takes a third of the time.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from tillstream.features.definitions.aggregations import Decayed, Distinct
from tillstream.features.definitions.decay import SCALE
from tillstream.features.definitions.fields import MILLIONTHS
from tillstream.features.definitions.schema import Binding, Schema
from tillstream.features.online.packing import check_row, decode_tiles, empty_row, head_of, longs_of
from tillstream.features.online.reading import Reading, is_fraction
from tillstream.features.online.windowed import decay_weights, extreme_of, listed
from tillstream.features.online.windows import Window
from tillstream.features.tiles import Payload

Span: TypeAlias = tuple[int, int, int]
"""Where a window's steps begin and end among the row's numbers, and how many tiles their section has."""


class SingleRow:
    """The row of one id, None when the store does not have it.

    Raises FingerprintUnknown or RowBroken when it is not what this schema's writer wrote.
    """

    def __init__(self, schema: Schema, entity: str, row: bytes | None) -> None:
        self._groups, self._places = schema.groups[entity], schema.places[entity]
        fingerprint = schema.fingerprints[entity]
        self._row = empty_row(fingerprint, len(self._groups)) if row is None else row
        check_row(self._row, fingerprint)
        self._edges = head_of(len(self._groups)).unpack_from(self._row)[1:]
        self.numbers: tuple[int, ...] = longs_of(len(self._row) // 8).unpack(self._row)

    def span(self, window: Window, at_us: int) -> Span:
        """Of the window asked at that instant; the bounds are those of schema.bounds_us."""
        place, lines, step_us, ago_us, back_us = window
        begin, end = self._edges[place], self._edges[place + 1]
        count = (end - begin) // (8 * lines)
        begin >>= 3
        high, until_us = begin + count, at_us - ago_us
        low = bisect_left(self.numbers, (until_us - back_us) // step_us, begin, high)
        if ago_us:
            high = bisect_left(self.numbers, until_us // step_us, low, high)
        return low, high, count

    def payloads(self, number: int) -> dict[int, Payload]:
        """Of a group with text its tiles by step."""
        place = self._places[number]
        return decode_tiles(self._groups[number], self._row[self._edges[place] : self._edges[place + 1]])


def single_values(reading: Reading, row: SingleRow, at_us: int) -> dict[str, Any]:
    """The value of each feature that has tiles, and of the ratios of sums, the default where there is none."""
    spans = [row.span(window, at_us) for window in reading.windows.each]
    found = dict(_sums(reading, row.numbers, spans))
    found |= _ends(reading, row.numbers, spans, at_us)
    texts: dict[int, dict[int, Payload]] = {}
    for binding in reading.others:
        name, number = binding.feature.name, binding.number
        if binding.group.is_text:
            texts[number] = texts[number] if number in texts else row.payloads(number)
            (found[name],) = listed(binding, [texts[number]], at_us).cells()
        else:
            found[name] = _other(binding, row.numbers, spans[reading.window_of[name]], at_us)
    return found


def _sums(reading: Reading, numbers: Sequence[int], spans: Sequence[Span]) -> Iterator[tuple[str, Any]]:
    totals = []
    for window, line in reading.plan.sums:
        low, high, count = spans[window]
        totals.append(sum(numbers[low + line * count : high + line * count]))
    for name, term, in_millionths in reading.added:
        yield name, float(totals[term]) / MILLIONTHS if in_millionths else totals[term]
    for name, default, of, of_scale, over, over_scale in reading.plan.quotients:
        divisor = totals[over] / over_scale
        yield name, totals[of] / of_scale / divisor if divisor else default


def _ends(reading: Reading, numbers: Sequence[int], spans: Sequence[Span], at_us: int) -> Iterator[tuple[str, Any]]:
    for name, default, is_age, in_millionths, is_last, window, line in reading.plan.ends:
        low, high, count = spans[window]
        if high <= low:
            yield name, default
            continue
        value = numbers[(high - 1 if is_last else low) + line * count]
        yield name, max((at_us - value) / 1e6, 0.0) if is_age else value / MILLIONTHS if in_millionths else value


def _other(binding: Binding, numbers: Sequence[int], span: Span, at_us: int) -> Any:
    feature, (low, high, count) = binding.feature, span
    line = (1 + binding.columns[0]) * count if binding.columns else count
    values = numbers[low + line : high + line]
    match feature.aggregation:
        case Decayed(half_life):
            until = (at_us - feature.offset_seconds * 10**6) // binding.group.step_us
            table = decay_weights(half_life, binding.group.step_us, feature.window_seconds or 0)
            weighted = (
                value * int(table[max(until - step, 0)]) for step, value in zip(numbers[low:high], values, strict=True)
            )
            return sum(weighted) / SCALE
        case Distinct(cap=cap):
            return min(len(set(values)), cap)
    is_least, none = extreme_of(binding)
    found = (min if is_least else max)(values, default=none)
    if found == none:
        return feature.default
    return found / MILLIONTHS if is_fraction(feature) else found
