"""Reference pages of features, from their definitions: what each means, what it is made of, how fresh it is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Final

from tillstream.features.definitions import FEATURES, Feature
from tillstream.features.definitions.aggregations import parts_of
from tillstream.features.definitions.groups import group_of
from tillstream.features.definitions.language import EXACT_US, Differ, Where
from tillstream.features.meanings import digest_of

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_GENERATED: Final = "Generated from `src/tillstream/features/definitions` by `make docs`; do not edit."


def index_page(features: Mapping[str, Feature] = FEATURES) -> str:
    """One line an entity, with links to its page."""
    lines = [
        f"""# Features

{_GENERATED} What a window holds, and the words of a definition, stand in
[Define a feature](../howto/define-a-feature.md). The digests of all meanings that were ever in force are in
[meanings.json](features/meanings.json).

| entity | features | kept live and served | read by models |
|---|---|---|---|"""
    ]
    for entity in dict.fromkeys(feature.entity for feature in features.values()):
        mine = [feature for feature in features.values() if feature.entity == entity]
        served, used = sum(one.online for one in mine), sum(bool(one.use_cases) for one in mine)
        lines.append(f"| [{entity}](features/{entity}.md) | {len(mine)} | {served} | {used} |")
    served = sum(one.online for one in features.values())
    lines.append(f"| in all | {len(features)} | {served} | {sum(bool(one.use_cases) for one in features.values())} |")
    return "\n".join(lines) + "\n"


def entity_page(entity: str, features: Mapping[str, Feature] = FEATURES) -> str:
    """A table of the entity's features, then where each comes from."""
    mine = [feature for feature in features.values() if feature.entity == entity]
    lines = [f"# Features of a {entity}\n", _GENERATED, "\n| feature | meaning | window | unit | default | used by |"]
    lines += ["|---|---|---|---|---|---|", *map(_row, mine), "\n## Lineage\n"]
    lines += ["| feature | made of | tiles | fresh | meaning |", "|---|---|---|---|---|", *map(_lineage_row, mine)]
    return "\n".join(lines) + "\n"


def feature_page(feature: Feature) -> str:
    """One feature's whole meaning, for a terminal or a page of its own."""
    lines = [f"- **{name}** {text}" for name, text in told_of(feature).items()]
    return "\n".join([f"# `{feature.name}`\n", f"{feature.description}\n", *lines]) + "\n"


def told_of(feature: Feature) -> dict[str, str]:
    """One feature's whole meaning in named sentences."""
    return {
        "meaning": "; ".join(details(feature)),
        "window": window_of(feature) or "none",
        "current event": "counts" if feature.counts_current else "does not count",
        "default": f"`{feature.default}`",
        "unit": feature.unit,
        "owner": feature.owner,
        "personal": "yes: in no log, no label of a metric, no price" if feature.personal else "no",
        "read by": ", ".join(feature.use_cases) or "no model",
        "made of": lineage(feature),
        "part of": ", ".join(_made_of(feature.name)) or "no other feature",
        "tiles": tiles_name(feature),
        "fresh": freshness(feature),
        "version": f"{feature.version}, meaning `{digest_of(feature)}`",
    }


def details(feature: Feature) -> Iterator[str]:
    """How it is made of events, in few words."""
    kind = feature.aggregation
    parts = ", ".join(f"{one.name} `{getattr(kind, one.name)}`" for one in fields(kind))
    yield f"`{type(kind).__name__}`" + (f" ({parts})" if parts else "")
    if feature.source is not None:
        of = f"`{feature.source.topic}` by `{feature.source.key}`"
        each = f", each {'pair' if feature.source.paired else 'one'} of `{feature.source.each}`"
        yield of + (each if feature.source.each else "")
    yield from _conditions(feature.where)


def window_of(feature: Feature) -> str:
    """Its window in words; empty for what has none."""
    if not feature.is_tiled:
        return ""
    step = "exact" if feature.step_us == EXACT_US else f"in steps of {length(feature.step_us // 10**6)}"
    span = f"{length(feature.window_seconds)} {step}" if feature.window_seconds else "ever"
    return span + (f", ended {length(feature.offset_seconds)} ago" if feature.offset_seconds else "")


def lineage(feature: Feature) -> str:
    """What it is made of, down to the field and the silver table."""
    if parts := parts_of(feature.aggregation):
        return ", ".join(f"`{part}`" for part in parts)
    if feature.source is None:
        return "the request"
    of = getattr(feature.aggregation, "of", None)
    table = f"`silver.{feature.source.topic.rpartition('.')[0]}`"
    return f"`{of}` of {table}" if of else table


def tiles_name(feature: Feature) -> str:
    """The group whose tiles it is read from."""
    return f"`{group_of(feature).name}`" if feature.is_tiled else "none"


def freshness(feature: Feature) -> str:
    """How soon an event is in it, and when what came late is."""
    if not feature.is_tiled:
        return "with the request" if feature.source is None and not parts_of(feature.aggregation) else "as its parts"
    return "live, late ones by batch" if feature.online else "as silver"


def length(seconds: int) -> str:
    """Seconds in the largest unit that is whole."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


def _row(feature: Feature) -> str:
    meaning = f"{feature.description} {'Personal. ' if feature.personal else ''}{'; '.join(details(feature))}"
    cells = (meaning, window_of(feature), feature.unit, f"`{feature.default}`", ", ".join(feature.use_cases))
    return f"| `{feature.name}` | {' | '.join(cells)} |"


def _lineage_row(feature: Feature) -> str:
    cells = (lineage(feature), tiles_name(feature), freshness(feature), f"`{digest_of(feature)}`")
    return f"| `{feature.name}` | {' | '.join(cells)} |"


def _conditions(where: Where) -> Iterator[str]:
    for one in where:
        if isinstance(one, Differ):
            yield f"where `{one.one}` and `{one.other}` differ"
        else:
            yield f"where `{one[0]}` is {' or '.join(one[1])}"


def _made_of(name: str) -> Iterable[str]:
    return (f"`{one.name}`" for one in FEATURES.values() if name in parts_of(one.aggregation))
