"""The SQL files and their headers."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal, TypeAlias

from tillstream.data.lake.catalog import definition_of
from tillstream.data.lake.errors import LakeError

Reading: TypeAlias = Literal["by day", "as of", "batch"]
"""How a table reads an input: the days it builds, all before them, or the batch at hand."""

_READINGS: Final[tuple[Reading, ...]] = ("by day", "as of")


class BadHeader(LakeError):
    """A SQL file's header lacks a line or names something that is not there."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"sql/{name.replace('.', '/')}.sql: {why}; see docs/howto/add-a-table.md")


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
    for reading in _READINGS:
        if item.endswith(f" {reading}"):
            return item.removesuffix(f" {reading}"), reading
    if " " in item:
        raise BadHeader(name, f"`reads` has {item!r}; say `orders by day` or `weather as of`")
    return item, "batch"
