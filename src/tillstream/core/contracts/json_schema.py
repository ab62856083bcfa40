"""JSON Schema of every contract, for producers in any language; generated into docs/reference/schemas."""

import inspect
from typing import Any

import msgspec

from tillstream.core.contracts.catalogue import TOPICS, Topic
from tillstream.core.errors import ContractError


def schema_of(topic: Topic) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one topic's events; a topic without events raises ContractError."""
    if topic.contract is None:
        raise ContractError(f"{topic.name} holds no events")
    schema = msgspec.json.schema(topic.contract)
    definition = schema["$defs"].pop(topic.contract.__name__)
    if topic.contract.at_least_one:
        definition["allOf"] = [{"anyOf": [_is_set(name) for name in group]} for group in topic.contract.at_least_one]
    definition["properties"]["occurred_at"]["pattern"] = "^[2-9]"
    for described in (definition, *schema["$defs"].values()):  # Python 3.13 takes the indent out, 3.11 does not
        if "description" in described:
            described["description"] = inspect.cleandoc(described["description"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": topic.name,
        "title": topic.name,
        **definition,
        **({"$defs": schema["$defs"]} if schema["$defs"] else {}),
    }


def _is_set(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def all_schemas() -> dict[str, dict[str, Any]]:
    """Every topic that holds events, by name."""
    return {name: schema_of(topic) for name, topic in TOPICS.items() if topic.contract is not None}
