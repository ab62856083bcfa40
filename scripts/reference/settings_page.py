"""docs/reference/settings.md, from the classes."""

import json
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tillstream.core.settings import Settings


def settings_page() -> str:
    """One table an area, a row a setting."""
    lines = [
        "# Settings\n",
        "Generated from `src/tillstream/core/settings` by `make docs`; do not edit. A value is looked for in this",
        "order: an argument of the command, the environment, a file in the folder `TILLSTREAM_SECRETS`,",
        "`config/<environment>.toml` (another folder: `TILLSTREAM_CONFIG`), the default. Unknown keys are refused.",
        *table("General", "TILLSTREAM_", Settings),
    ]
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            area = field.annotation
            sentence = (area.__doc__ or "").splitlines()[0]
            lines += table(f"`[{name}]`", f"TILLSTREAM_{name.upper()}__", area, sentence)
    return "\n".join(lines) + "\n"


def table(title: str, prefix: str, area: type[BaseModel], sentence: str = "") -> Iterator[str]:
    """The settings of one area that are values themselves."""
    yield f"\n## {title}\n"
    if sentence:
        yield f"{sentence}\n"
    yield from ("| setting | default | variable | |", "|---|---|---|---|")
    for name, field in area.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            meaning = (field.description or "").replace("\n", " ")
            yield f"| `{name}` | `{default_of(field)}` | `{prefix}{name.upper()}` | {meaning} |"


def default_of(field: FieldInfo) -> str:
    """A default as it would stand in a TOML file."""
    value = field.get_default(call_default_factory=True, validated_data={})
    return json.dumps(value if isinstance(value, int | float | bool | list | tuple | None) else str(value))
