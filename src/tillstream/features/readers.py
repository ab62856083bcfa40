"""How what a definition names is read from an event: values as the whole numbers or text that tiles hold."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeAlias

from tillstream.core.contracts.instants import to_micros
from tillstream.features.definitions.fields import MILLIONTHS, OCCURRED_ON, field_of, fields_of
from tillstream.features.definitions.language import DAY, PAIRED_ELEMENTS, Differ, Source, Where, allowed_in

Read: TypeAlias = Callable[[int, Any, Any], Any]
"""(at, event, element) to a value, None where the event has none; without `each` the element is the event."""
Elements: TypeAlias = Callable[[Any], Any]
Match: TypeAlias = Callable[[Any], bool]

_DAY_US = DAY * 10**6


def elements_of(source: Source) -> Elements | None:
    """An event's elements, or pairs of them; None where the event is its own."""
    if source.each is None:
        return None
    plain = attrgetter(source.each)
    if not source.paired:
        return lambda event: plain(event) or ()
    key = attrgetter(source.key)

    def pairs(event: Any) -> list[tuple[Any, Any]]:
        found = plain(event) or ()
        if len(found) > PAIRED_ELEMENTS:
            return []
        return [(one, other) for one in found for other in found if key(one) != key(other)]

    return pairs


def key_of(source: Source) -> Read:
    """Reads whose an event or an element is."""
    if not source.paired:
        return reader_of(source, source.key)
    key = attrgetter(source.key)
    return lambda _at, _event, pair: key(pair[0])


def reader_of(source: Source, name: str) -> Read:
    """Reads a field; a fraction comes as whole millionths, an instant as microseconds since 1970, a flag as 0 or 1."""
    if name == OCCURRED_ON:
        return lambda at, _event, _element: str(at // _DAY_US)
    if name == source.each:
        return lambda _at, _event, element: element
    get = attrgetter(name)
    is_of_element = source.each is None or name in (fields_of(source.topic)[source.each].items or {})
    plain: Read = lambda _at, event, _element: get(event)  # noqa: E731
    if is_of_element:
        plain = (lambda _at, _event, pair: get(pair[1])) if source.paired else (lambda _at, _event, one: get(one))
    field = field_of(source.topic, source.each, name)
    assert field is not None  # noqa: S101 - Feature refuses it
    match field.kind:
        case "fraction":
            return lambda at, event, element: _millionths(plain(at, event, element))
        case "instant":
            return lambda at, event, element: _micros(plain(at, event, element))
        case "flag":
            return lambda at, event, element: int(plain(at, event, element))
    return plain


def matcher_of(where: Where) -> Match | None:
    """Whether an event is one of these; None where every event is."""
    if not where:
        return None
    if len(where) == 1:
        condition = where[0]
        if isinstance(condition, Differ):
            both = attrgetter(condition.one, condition.other)
            return lambda event: _differ(*both(event))
        get, values = attrgetter(condition[0]), frozenset(condition[1])
        return lambda event: get(event) in values
    matchers = tuple(one for pair in where if (one := matcher_of((pair,))) is not None)
    return lambda event: all(matches(event) for matches in matchers)


def narrowed(where: Where, kind: str | None) -> Where | None:
    """What is left to ask of an event whose `kind` is known; None where it is none of these."""
    if kind is None:
        return where
    if any(name == "kind" and kind not in allowed for name, allowed in allowed_in(where)):
        return None
    return tuple(one for one in where if isinstance(one, Differ) or one[0] != "kind")


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _millionths(value: float | None) -> int | None:
    return None if value is None else round(value * MILLIONTHS)


def _micros(value: Any) -> int | None:
    return None if value is None else to_micros(value)
