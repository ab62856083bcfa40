"""docs/reference/patterns.md, written from the fraud patterns."""

import inspect
import sys
from types import ModuleType
from typing import Any

from tillstream.data.streaming.logic.patterns import PATTERNS, Pattern, Row
from tillstream.data.streaming.logic.patterns.matching import HOUR_US, MINUTE_US, SECOND_US

_SOURCE = "../../src/tillstream/data/streaming"
_HEAD = """# Fraud patterns

Generated from `src/tillstream/data/streaming/logic/patterns` by `make docs`; do not edit.

Each pattern takes the rows of its kinds that have its key, by key, in order of time, and matches rows next to each
other among those. The earliest match wins, and the search goes on after its last row. An alert on
[`fraud_alerts.v1`](events.md#fraud_alertsv1) names the events it matched, in order.
[ADR 0013](../adr/0013-sessions-and-patterns.md) has the exact meaning. The embedded set runs the Python, Flink the SQL.
"""


def patterns_page() -> str:
    """The whole page, Markdown, one section a pattern."""
    return "\n".join([_HEAD, *(_section(pattern) for pattern in PATTERNS.values())])


def _section(pattern: Pattern) -> str:
    module = sys.modules[f"tillstream.data.streaming.logic.patterns.{pattern.name}"]
    needs = ", ".join(f"`{name}`" for name in (pattern.key, *pattern.needs))
    links = f"[Python]({_SOURCE}/logic/patterns/{pattern.name}.py), [SQL]({_SOURCE}/flink/patterns/{pattern.name}.sql)"
    return "\n".join(
        [
            f"## {pattern.name}\n",
            f"{inspect.cleandoc(module.__doc__ or '')}\n",
            f"{pattern.words} {links}.\n",
            "| | |",
            "| --- | --- |",
            f"| rows | {', '.join(f'`{kind}`' for kind in sorted(pattern.kinds))} with {needs} |",
            f"| by | `{pattern.key}` |",
            f"| parts, in order | {', '.join(_part(part) for part in pattern.parts)} |",
            f"| within | {_span(pattern.within_us)} |",
            f"| severity | {pattern.severity} |",
            *(f"| `{name}` | {_value(name, value)} |" for name, value in _numbers(module)),
            "\nFor example:\n",
            *_example(pattern),
        ]
    )


def _part(part: Any) -> str:
    count = f"{part.least}" if part.least == part.most else f"{part.least} to {part.most}"
    return f"{count} {part.name}"


def _numbers(module: ModuleType) -> list[tuple[str, int]]:
    """The constants the file defines itself."""
    names = [
        name
        for name in vars(module)
        if name.isupper() and name != "WITHIN_US" and f"\n{name}: Final" in inspect.getsource(module)
    ]
    return [(name, vars(module)[name]) for name in names if isinstance(vars(module)[name], int)]


def _value(name: str, value: int) -> str:
    return _span(value) if name.endswith("_US") else f"{value:,}"


def _span(us: int) -> str:
    for unit, size in (("h", HOUR_US), ("min", MINUTE_US), ("s", SECOND_US)):
        if us and us % size == 0:
            return f"{us // size} {unit}"
    return f"{us} µs"


def _example(pattern: Pattern) -> list[str]:
    fields = [
        name
        for name in Row._fields
        if name not in ("at_us", "received_at_us") and any(getattr(row, name) for row in pattern.example)
    ]
    rows = [f"| after | {' | '.join(f'`{name}`' for name in fields)} |", f"|{' --- |' * (len(fields) + 1)}"]
    for row in pattern.example:
        values = (getattr(row, name) for name in fields)
        rows.append(f"| {_span(row.at_us) if row.at_us else '0'} | {' | '.join(str(v or '') for v in values)} |")
    return [*rows, ""]
