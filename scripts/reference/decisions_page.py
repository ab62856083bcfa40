"""docs/reference/decisions.md: how a decision is made, with every number from the code."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from tillstream.decisions import policy
from tillstream.decisions.modes import Lack

_HEAD = """# Decisions

The numbers on this page are generated from `src/tillstream/decisions/policy.py` by `make docs`; do not edit.

## The way of a decision

The request is checked, the visitor's features are read, candidates are gathered and theirs are read, the champion
scores, rules and guardrails have the last word, an arm may explore, reasons are put into words, and the record is
written before the answer leaves ([why](../adr/0010-decision-records.md)). A recommendation takes at most two round
trips to the store, the other three one. Bodies and routes are in [the API](api.md).

- **recommend**: a list for a visitor. Quotas keep variety for a stranger and focus for a visitor with a purpose; each
  product carries the propensity of its place and a reason.
- **price**: a product's price for a visitor. Guardrails hold whoever proposed it, and the margin has the last word.
- **fraud**: accept, review or decline a payment that is about to be made. A second request for the payment gets the
  recorded answer. Plain rules hold beside the model.
- **churn**: how likely a customer is to leave, a band, and what to do.

## Modes

`mode` is `normal`, or what was missing, joined by `+`. A mode is counted, recorded and told to the caller; the answer
comes inside the same deadline.

| mode | what is missing | decided from |
|---|---|---|
"""
_MODES: Mapping[Lack, str] = {
    "store_down": "the online store did not answer in time | the local snapshot, whose age the reasons name",
    "features_stale": "the feature worker is down or stopped | the features as they stood, whose age the reasons name",
    "not_trained": "the log holds nothing to train this model on | the plain rule; the reasons say why",
    "model_missing": "no export serves, or the one named was refused | the plain rule",
}
_TAIL = """
The one error is a record that cannot be written: 503, counted. Until the first snapshot there is 503 as well.

## The record

`GET /v1/decisions/{id}` answers from the spool for two days, and `tillstream decisions show ID` from the lake after
that. A record holds the request and what was known (`facts`), the values the scorers read (`columns`, float32, packed),
the answer with its SHA-256, arm and propensity, the fallback values used (`defaulted`), and by what it was decided:
digests of code, policy and export, the model's name, the snapshot, and the store's position.

`tillstream decisions replay ID` decides again from the recorded candidates and compares the bytes; it ends with 3 when
they differ, and says so when the code or the policy is another or an export is gone.
"""


def decisions_page() -> str:
    """The prose, the modes, and one table of numbers a use case."""
    lines = [_HEAD + "\n".join(f"| `{mode}` | {_MODES[mode]} |" for mode in Lack.__args__) + "\n" + _TAIL]  # type: ignore[attr-defined]
    lines.append("## The numbers\n\nTheir digest is in each record; a change in any of them changes it.")
    for part in fields(policy.Policy):
        lines += table(part.name, getattr(policy.Policy(), part.name))
    return "\n".join(lines) + "\n"


def table(name: str, numbers: Any) -> Iterator[str]:
    """One area's numbers with their sentences."""
    said = sentences(type(numbers))
    yield f"\n### {name.capitalize()}\n\n{(type(numbers).__doc__ or '').splitlines()[0]}\n"
    yield from ("| number | value | |", "|---|---|---|")
    for one in fields(numbers):
        value = getattr(numbers, one.name)
        shown = dict(value) if isinstance(value, Mapping) else value
        yield f"| `{one.name}` | `{shown}` | {said.get(one.name, '')} |"


def sentences(kind: type) -> dict[str, str]:
    """The docstring under each field of a class."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101  the source of a class is one
    found = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[ast.unparse(field.target)] = str(after.value.value)
    return found
