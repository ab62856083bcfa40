"""OpenAPI for routes that read and write msgspec: schemas from the structs, with examples."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import FastAPI

from tillstream.apps.api import bodies
from tillstream.apps.api.problems import MEDIA_TYPE, Problem
from tillstream.decisions import answers as decided
from tillstream.decisions import requests as asked
from tillstream.decisions.snapshot.catalogue import Product

_TYPES = (
    asked.RecommendRequest, asked.PriceRequest, asked.FraudRequest, asked.ChurnRequest,
    decided.RecommendAnswer, decided.PriceAnswer, decided.FraudAnswer, decided.ChurnAnswer,
    Product, bodies.ProductList, bodies.SearchAnswer, bodies.VisitorFeatures, bodies.Shown,
    bodies.EventsAnswer, bodies.Health, Problem,
)  # fmt: skip
_WORDS = {
    404: "Nothing under that id.",
    413: "The body is too large.",
    415: "A content type that is not read.",
    422: "The body or a parameter broke a rule.",
    503: "The record could not be written, or there is no snapshot yet; try again.",
}


def answers(body: type[Any], example: Any, *, status: int = 200, errors: Sequence[int] = ()) -> dict[str, Any]:
    """What a route answers, as arguments of a FastAPI route."""
    content: dict[str, Any] = {"schema": _ref(body)} | ({"example": example} if example is not None else {})
    found: dict[int | str, Any] = {status: {"description": _first_line(body), "content": {"application/json": content}}}
    for code in errors:
        found[code] = {"description": _WORDS[code], "content": {MEDIA_TYPE: {"schema": _ref(Problem)}}}
    return {"responses": found}


def asks(body: type[Any], example: Any, rest: dict[str, Any]) -> dict[str, Any]:
    """A JSON body beside what the route answers."""
    content = {"application/json": {"schema": _ref(body), "example": example}}
    return {**rest, "openapi_extra": {"requestBody": {"required": True, "content": content}}}


def takes_events(example: Any, rest: dict[str, Any]) -> dict[str, Any]:
    """One event as JSON or many as NDJSON, beside what the route answers."""
    line = {
        "type": "object",
        "required": ["topic", "event"],
        "properties": {"topic": {"type": "string"}, "event": {"type": "object"}},
        "description": "The event obeys its topic's schema in docs/reference/schemas.",
    }
    content = {
        "application/json": {"schema": line, "example": example},
        "application/x-ndjson": {"schema": {"type": "string"}, "example": msgspec.json.encode(example).decode() + "\n"},
    }
    return {**rest, "openapi_extra": {"requestBody": {"required": True, "content": content}}}


def describe(app: FastAPI) -> None:
    """Puts the structs' schemas into the app's OpenAPI document."""
    plain = app.openapi

    def with_components() -> dict[str, Any]:
        document = plain()
        _, components = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
        held = document.setdefault("components", {}).setdefault("schemas", {})
        held.update(components)
        for name in ("HTTPValidationError", "ValidationError"):
            held.pop(name, None)
        for operation in (one for path in document["paths"].values() for one in path.values()):
            if (found := operation["responses"].get("422")) is not None:  # the framework's own form is not ours
                found.update(description=_WORDS[422], content={MEDIA_TYPE: {"schema": _ref(Problem)}})
        return document

    app.openapi = with_components  # type: ignore[method-assign]


def _ref(body: type[Any]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{body.__name__}"}


def _first_line(body: type[Any]) -> str:
    return (body.__doc__ or "").partition("\n")[0]
