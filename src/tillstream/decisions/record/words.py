"""A record as people read it."""

import json
from collections.abc import Iterator

from tillstream.decisions.record.entry import Recorded, decided_at_text

_ROWS = 10
_COLUMNS = 8


def record_in_words(recorded: Recorded) -> Iterator[str]:
    """Lines: what was decided, when and by what, its reasons, then the first rows of the values."""
    answer, facts, versions = json.loads(recorded.answer), json.loads(recorded.facts), recorded.versions
    yield f"decision  {recorded.decision_id}  {recorded.use_case}  {decided_at_text(recorded.decided_at_us)}"
    yield f"mode      {recorded.mode}  model {versions.model or 'none'}  export {(versions.export or 'none')[:16]}"
    yield f"code      {versions.code}  rules and guardrails {versions.policy}  snapshot {versions.snapshot or 'none'}"
    yield f"position  {versions.position or 'the store was not read'}"
    yield f"asked     {json.dumps(facts['request'], ensure_ascii=False)}"
    for reason in answer.get("reasons", ()):
        yield f"because   {reason}"
    for place, item in enumerate(answer.get("items", ()), 1):
        yield f"{place:>7}   {item['product_id']:<20} {item['score']:<9} {item['title']} ({item['reason']})"
    for name in ("action", "band", "risk", "price_cents", "list_price_cents"):
        if name in answer:
            yield f"{name:<17} {answer[name]}"
    yield from _values(recorded, facts.get("candidates"))


def _values(recorded: Recorded, ids: list[str] | None) -> Iterator[str]:
    columns = recorded.columns
    yield f"values    {len(columns)} rows x {len(columns.names)} columns"
    if ids is None:
        for name, value in zip(columns.names, columns.matrix[0].tolist() if len(columns) else (), strict=False):
            yield f"          {name} = {value:g}"
        return
    shown = columns.names[:_COLUMNS]
    yield f"          {'product':<20} " + " ".join(f"{name.partition('__')[2][:12]:>12}" for name in shown)
    for one, row in list(zip(ids, columns.matrix[:, :_COLUMNS].tolist(), strict=True))[:_ROWS]:
        yield f"          {one:<20} " + " ".join(f"{value:>12.5g}" for value in row)
