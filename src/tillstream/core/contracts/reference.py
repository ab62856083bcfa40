"""docs/reference/events.md, written from the contracts."""

import inspect
from typing import Any

from tillstream.core.contracts.catalogue import TOPICS, Topic
from tillstream.core.contracts.decoding import decoder_of
from tillstream.core.contracts.json_schema import schema_of

_HEAD = """# Events

Generated from `src/tillstream/core/contracts` by `make docs`; do not edit. JSON Schemas lie in
[schemas/](schemas/). Every event is one JSON object.

**Version rules.** Adding an optional field happens in place: unknown fields are allowed and kept in bronze.
Anything else (a field that becomes required, a type, a meaning) is a new topic version beside the old one;
both are read until the old one is drained.

**At every door the same.** Strict JSON: a number is not a string, `5.0` is not an integer, an instant has an offset.
An `occurred_at` more than 60 s after the event is received is refused. Received means: the log's own append time;
a client's `received_at` is ignored. What is refused goes to `dead_letters.v1` with its bytes and every reason.

Personal fields never reach logs, labels of metrics, or pricing.
"""


def events_page() -> str:
    """The whole page, Markdown, one section a topic."""
    return "\n".join([_HEAD, _overview(), *(_section(topic) for topic in TOPICS.values() if topic.contract)])


def _overview() -> str:
    rows = ["| topic | key | partitions | kept | from |", "|---|---|---|---|---|"]
    for topic in TOPICS.values():
        key = " or ".join(f"`{name}`" for name in topic.key) or "entity"
        source = "Tillstream" if topic.derived else "the shop"
        rows.append(
            f"| `{topic.name}` | {key} | {topic.partitions} | {topic.retention_seconds // 86_400} days | {source} |"
        )
    return "\n".join(rows) + "\n"


def _section(topic: Topic) -> str:
    schema = schema_of(topic)
    contract = decoder_of(topic.name).type
    required = set(schema["required"])
    lines = [f"## `{topic.name}`\n", *inspect.cleandoc(contract.__doc__ or "").splitlines(), ""]
    for group in contract.at_least_one:
        lines += [f"At least one of {', '.join(f'`{name}`' for name in group)} is set.\n"]
    lines += ["| field | required | is | |", "|---|---|---|---|"]
    for name, field in schema["properties"].items():
        note = _description(field)
        lines.append(f"| `{name}` | {'yes' if name in required else ''} | {_type(field)} | {note} |")
    return "\n".join(lines) + "\n"


def _description(field: dict[str, Any]) -> str:
    texts = [one.get("description", "") for one in [field, *field.get("anyOf", [])]]
    return next((text for text in texts if text), "")


def _type(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"] if one.get("type") != "null")
    if "enum" in field:
        return " ".join(f"`{value}`" for value in field["enum"] if value is not None)
    if "$ref" in field:
        return f"`{field['$ref'].rpartition('/')[2]}`"
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    bounds = [field.get("minimum", field.get("minLength")), field.get("maximum", field.get("maxLength"))]
    kind = field.get("format") or str(field.get("type", "object"))
    return kind if bounds == [None, None] else f"{kind} {bounds[0] if bounds[0] is not None else ''}…{bounds[1]}"
