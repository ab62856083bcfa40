"""Features' values for many ids, from their tiles: windows are summed here, at the moment of the request."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from tillstream.features.definitions.aggregations import (
    Decayed,
    Distinct,
    First,
    Last,
    Max,
    Min,
    Recent,
    Top,
    TopValue,
)
from tillstream.features.definitions.decay import SCALE, oldest_age, weights
from tillstream.features.definitions.fields import MILLIONTHS
from tillstream.features.definitions.hashing import stable_hash
from tillstream.features.definitions.language import Feature
from tillstream.features.definitions.schema import Binding
from tillstream.features.online.column import AnyColumn, Column, Doubles, Listed, Longs
from tillstream.features.online.packed import PackedRows, running, spread
from tillstream.features.online.reading import Reading, Terms, is_fraction
from tillstream.features.online.windows import Spans
from tillstream.features.tiles import NONE_GREATEST, NONE_LEAST, Payload

_ABSENT: Final = None


def windowed_columns(reading: Reading, packed: PackedRows, at_us: int) -> dict[str, AnyColumn]:
    """A column for each feature that has tiles, and for the ratios of sums, each with its default."""
    found: dict[str, AnyColumn] = {}
    spans = reading.windows.at(packed, at_us)
    low, high = _term_places(reading.terms, spans)
    if of := reading.summed:
        sums = running(packed.numbers)
        totals: Longs = sums.take(high[:of]) - sums.take(low[:of])
        for name, term, in_millionths in reading.added:
            found[name] = Column(totals[term] / MILLIONTHS if in_millionths else totals[term])
        found |= _quotients(reading, totals)
    if reading.ended:
        found |= _ends(reading, packed.numbers, low[of:], high[of:], at_us)
    texts: dict[int, list[dict[int, Payload]]] = {}
    for binding in reading.others:
        name, number = binding.feature.name, binding.number
        if binding.group.is_text:
            texts[number] = texts[number] if number in texts else packed.payloads(number)
            found[name] = listed(binding, texts[number], at_us)
        else:
            found[name] = _single(binding, packed, spans, reading.window_of[name], at_us)
    return found


def _valued(feature: Feature, whole: Longs) -> Longs | Doubles:
    return whole / MILLIONTHS if is_fraction(feature) else whole


def _term_places(terms: Terms, spans: Spans) -> tuple[Longs, Longs]:
    """Where each term's line begins within its window, and where it ends, for each id."""
    windows = terms.windows
    line = terms.lines * spans.counts.take(windows, axis=0)
    low, high = spans.begins + spans.low, spans.begins + spans.high
    return line + low.take(windows, axis=0), line + high.take(windows, axis=0)


def _quotients(reading: Reading, totals: Longs) -> Iterator[tuple[str, AnyColumn]]:
    wanted = reading.quotients
    of: Longs | Doubles = totals.take(wanted.of, axis=0)
    over: Longs | Doubles = totals.take(wanted.over, axis=0)
    if wanted.is_scaled:
        of, over = of / wanted.of_scale, over / wanted.over_scale
    is_missing = over == 0
    values = of / np.where(is_missing, np.nan, over)
    if wanted.has_defaults:
        np.copyto(values, wanted.defaults, where=is_missing)
    for (name, default), line, missing in zip(wanted.features, values, is_missing, strict=True):
        yield name, Column(line, missing, default, is_filled=True)


def _ends(reading: Reading, numbers: Longs, low: Longs, high: Longs, at_us: int) -> Iterator[tuple[str, AnyColumn]]:
    """What the newest tile of a window holds, or the oldest."""
    is_missing = high <= low
    # An empty window's place is another's, or the row's checksum; it is never looked at.
    values = numbers.take(np.where(is_missing, 0, np.where(reading.is_last, high - 1, low)))
    for (name, default, is_age, in_millionths), line, missing in zip(reading.ended, values, is_missing, strict=True):
        value = np.maximum((at_us - line) / 1e6, 0.0) if is_age else line / MILLIONTHS if in_millionths else line
        yield name, Column(value, missing, default)


def _single(binding: Binding, packed: PackedRows, spans: Spans, window: int, at_us: int) -> AnyColumn:
    feature, group = binding.feature, binding.group
    begins, counts = spans.begins[window], spans.counts[window]
    low, high = spans.low[window], spans.high[window]
    match feature.aggregation:
        case Decayed(half_life):
            steps, ends = spread(begins + low, high - low)
            values = steps + np.repeat((1 + binding.columns[0]) * counts, high - low)
            ages = (at_us - feature.offset_seconds * 10**6) // group.step_us - packed.numbers[steps]
            table = decay_weights(half_life, group.step_us, feature.window_seconds or 0)
            sums = running(packed.numbers[values] * table[np.maximum(ages, 0)])
            return Column((sums[ends] - sums[ends - (high - low)]) / SCALE)
        case Distinct(cap=cap):
            return Column(_distinct(packed.numbers, begins + counts + low, high - low, cap))
        case Min() | Max():
            line = begins + (1 + binding.columns[0]) * counts
            return _extreme(binding, packed.numbers, line + low, line + high)
    raise AssertionError(binding)


@cache
def decay_weights(half_life_seconds: int, step_us: int, window_seconds: int) -> Longs:
    """By age in steps."""
    table = weights(half_life_seconds, step_us, oldest_age(window_seconds * 10**6, step_us))
    return np.array(table, np.int64)


def _extreme(binding: Binding, numbers: Longs, begins: Longs, ends: Longs) -> Column:
    is_least, none = extreme_of(binding)
    found = np.full(len(begins), none, np.int64)
    has = ends > begins
    if has.any():
        # Each pair of places gives what lies between the two, and then what follows: that is left out.
        pairs = np.stack((begins[has], ends[has]), axis=1).ravel()
        found[has] = (np.minimum if is_least else np.maximum).reduceat(numbers, pairs)[::2]
    return Column(_valued(binding.feature, found), found == none, binding.feature.default)


def extreme_of(binding: Binding) -> tuple[bool, int]:
    """Whether the least is wanted, and what stands for none."""
    is_least = binding.group.columns[binding.columns[0]].adds == "min"
    return is_least, NONE_LEAST if is_least else NONE_GREATEST


def _distinct(numbers: Longs, begins: Longs, sizes: Longs, cap: int) -> Longs:
    places, _ = spread(begins, sizes)
    owners, hashes = np.repeat(np.arange(len(sizes)), sizes), numbers[places]
    order = np.lexsort((hashes, owners))
    owners, hashes = owners[order], hashes[order]
    is_first = np.ones(len(owners), np.bool_)
    is_first[1:] = (owners[1:] != owners[:-1]) | (hashes[1:] != hashes[:-1])
    return np.minimum(np.bincount(owners[is_first], minlength=len(sizes)), cap)


def listed(binding: Binding, tiles: Sequence[dict[int, Payload]], at_us: int) -> Listed:
    """A feature of tiles with text, from each id's."""
    feature, steps = binding.feature, binding.steps(at_us)
    inside = ([tile for step, tile in of.items() if steps[0] <= step < steps[1]] for of in tiles)
    return Listed([_of_texts(binding, payloads) for payloads in inside], feature.default)


def _of_texts(binding: Binding, payloads: Sequence[Payload]) -> Any:
    """A value of one id, from the payloads of the window's steps, oldest first."""
    feature, cap = binding.feature, None if binding.feature.window_seconds else binding.group.limit
    match feature.aggregation:
        case Top(k=k):
            return dict(_most(payloads, cap)[:k])
        case TopValue():
            ranked = _most(payloads, cap)
            return ranked[0][0] if ranked else _ABSENT
        case Recent(k=k, give=give):
            return tuple(entry[2 if give == "values" else 0] for entry in _recent(payloads)[:k])
        case Last(of) | First(of):
            end, place = (-1 if binding.group.kind == "last" else 0), 2 + binding.group.fields.index(of)
            return payloads[end][place] if payloads else _ABSENT
    raise AssertionError(binding)


def _most(tiles: Sequence[dict[str, int]], cap: int | None) -> list[tuple[str, int]]:
    total: dict[str, int] = {}
    for counts in tiles:
        for value, count in counts.items():
            total[value] = total.get(value, 0) + count
    if cap is not None and len(total) > cap:
        total = {value: total[value] for value in sorted(total, key=stable_hash)[:cap]}
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))


def _recent(tiles: Sequence[list[list[Any]]]) -> list[list[Any]]:
    newest: dict[str, list[Any]] = {}
    for entry in sorted((entry for tile in tiles for entry in tile), reverse=True):
        newest.setdefault(entry[2], entry)
    return list(newest.values())
