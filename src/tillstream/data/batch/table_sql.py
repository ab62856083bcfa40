"""The SQL files and their headers."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal, NamedTuple, TypeAlias

from tillstream.data.lake.catalog import definition_of
from tillstream.data.lake.errors import LakeError

Reading: TypeAlias = str
"""How a table reads an input: `by day`, the days it builds; `7 days on` or `1 day back`, those and so many
after or before them; `as of`, those and all before; `batch`, the batch at hand."""

_READING: Final = re.compile(r"(\S+) (by day|as of|(\d+) days? (on|back))")


class BadHeader(LakeError):
    """A SQL file's header lacks a line or names something that is not there."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"sql/{name.replace('.', '/')}.sql: {why}; see docs/howto/add-a-table.md")


class Span(NamedTuple):
    """How many days before and after a day an input is read for it."""

    back_days: int
    on_days: int


@dataclass(frozen=True, slots=True)
class TableSql:
    """One table's SQL and what its header says."""

    name: str
    key: tuple[str, ...]
    partition: str
    grows: Literal["append", "rebuild days"]
    reads: tuple[tuple[str, Reading], ...]
    owner: str
    sentence: str
    query: str

    def inputs(self, reading: Reading) -> tuple[str, ...]:
        """The relations that are read in that way."""
        return tuple(name for name, how in self.reads if how == reading)

    @property
    def spans(self) -> dict[str, Span]:
        """The inputs that are read by day, also around it; the rows of the first one have the table's days."""
        return {name: span for name, how in self.reads if (span := _span(how)) is not None}


@cache
def table_sql(name: str) -> TableSql:
    """The SQL of `silver.orders` or `gold.sales_daily`; raises UnknownTable, BadHeader."""
    definition = definition_of(name)
    file = resources.files("tillstream.data.batch") / "sql" / definition.layer / f"{definition.entity}.sql"
    return parse(name, file.read_text())


def parse(name: str, text: str) -> TableSql:
    """A file's header (`-- word: value` lines, then sentences) and its query."""
    comments, query = _split(text)
    words = {}
    sentences = []
    for line in comments:
        word, colon, value = line.partition(": ")
        if colon and word in ("table", "key", "partition", "grows", "reads", "owner"):
            words[word] = value
        else:
            sentences.append(line)
    missing = [word for word in ("table", "key", "partition", "grows", "reads", "owner") if word not in words]
    if missing or not sentences:
        raise BadHeader(name, f"the header lacks {', '.join(missing) or 'a sentence'}")
    if words["table"] != name:
        raise BadHeader(name, f"the header says {words['table']}")
    if words["grows"] not in ("append", "rebuild days"):
        raise BadHeader(name, f"`grows` is append or rebuild days, not {words['grows']}")
    return TableSql(
        name=name,
        key=tuple(words["key"].split(", ")),
        partition=words["partition"],
        grows=words["grows"],  # type: ignore[arg-type]  # checked above
        reads=tuple(_reading(name, item) for item in words["reads"].split(", ")),
        owner=words["owner"],
        sentence=" ".join(sentences),
        query=query,
    )


def _split(text: str) -> tuple[list[str], str]:
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return [line.removeprefix("--").strip() for line in lines[:end]], "\n".join(lines[end:])


def _reading(name: str, item: str) -> tuple[str, Reading]:
    if found := _READING.fullmatch(item):
        return found[1], found[2]
    if " " in item:
        raise BadHeader(name, f"`reads` has {item!r}; say `orders by day`, `orders 7 days on` or `weather as of`")
    return item, "batch"


def _span(reading: Reading) -> Span | None:
    if reading == "by day":
        return Span(0, 0)
    days, _, way = reading.partition(" ")
    if not days.isdigit():
        return None
    return Span(0, int(days)) if way.endswith("on") else Span(int(days), 0)
