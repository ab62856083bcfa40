"""A log file as a lazy frame: its own columns, the line, the time of each row."""

import gzip
import io
from pathlib import Path

import polars as pl

from tillstream.core.errors import MappingError
from tillstream.data.sources.replay.mapping import Clock, Source

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y")
TEXT_TIMES = (
    *(f"{day}{rest}" for day in _DAYS for rest in (" %H:%M:%S%.f", " %H:%M", "")),
    *("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"),
    *("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"),
)
"""Tried on a sample where a mapping names no format; one that reads most of it is taken, the first of equals."""
LINE = "line"
AT = "row_at_us"


def read_rows(path: Path, source: Source) -> pl.DataFrame:
    """Every row of the file with its own columns and `line` from 1; raises MappingError.

    CSV columns stay text, so that a broken number spoils its row and not the file. `lines` gives
    one column, `text`.
    """
    if not path.is_file():
        raise MappingError(f"no file {path}")
    kind = source.format or format_of(path)
    if kind == "parquet":
        frame = pl.read_parquet(path)
    else:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        frame = _parse(kind, content, source, path)
    if LINE in frame.columns:
        raise MappingError(f"{path.name}: a column is called `{LINE}`, which is ours; rename it in the file")
    for column, separator in source.split.items():
        need(frame, [column], f"{path.name}: [source] split")
        frame = frame.with_columns(pl.col(column).str.split(separator))
    return frame.with_row_index(LINE, offset=1).with_columns(pl.col(LINE).cast(pl.Int64))


def format_of(path: Path) -> str:
    """The format by the suffix, a final .gz aside; raises MappingError."""
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    kinds = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
    kinds |= {".parquet": "parquet", ".pq": "parquet", ".txt": "lines"}
    if suffix not in kinds:
        raise MappingError(f"{path.name}: cannot tell its format; set [source] format = csv, jsonl, parquet or lines")
    return kinds[suffix]


def need(frame: pl.DataFrame, columns: list[str], where: str) -> None:
    """Raises MappingError that lists the columns there are unless all are there."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        there = ", ".join(column for column in frame.columns if column != LINE)
        raise MappingError(f"{where}: no column {', '.join(missing)}; there are {there}")


def with_times(frame: pl.DataFrame, clock: Clock) -> pl.DataFrame:
    """The frame with `row_at_us`, microseconds since 1970 UTC; null where a time cannot be read."""
    if clock.start is not None:
        start = pl.lit(clock.start).str.to_datetime(time_unit="us", time_zone="UTC").dt.timestamp("us")
        return frame.with_columns((start + (pl.col(LINE) - 1) * round(clock.row_seconds * 1e6)).alias(AT))
    column = clock.column or ""
    need(frame, [column], "[clock]")
    kind, form = frame.schema[column], clock.format
    if kind == pl.String and form is None:
        form = text_format(frame[column])
    return frame.with_columns(_instant(kind, clock, form).alias(AT))


def text_format(values: pl.Series) -> str:
    """The form of times in text, from a sample; raises MappingError where none of ours reads any."""
    sample = values.drop_nulls().head(500)
    read = {one: sample.str.to_datetime(one, strict=False).is_not_null().sum() for one in TEXT_TIMES}
    best = max(read, key=lambda one: read[one])
    if not read[best]:
        example = sample[0] if len(sample) else ""
        raise MappingError(
            f"[clock] cannot tell the form of times such as {example!r}; set format, e.g. {TEXT_TIMES[0]}"
        )
    return best


def _instant(kind: pl.DataType, clock: Clock, form: str | None) -> pl.Expr:
    at = pl.col(clock.column or "")
    if kind == pl.String and form == "number":
        at, kind = at.cast(pl.Float64, strict=False), pl.Float64()
    if kind.is_numeric():
        return (at * {"s": 1_000_000, "ms": 1_000, "us": 1}[clock.unit]).round().cast(pl.Int64)
    if kind == pl.String:
        at = at.str.to_datetime(form, time_unit="us", strict=False)
        if form is not None and form.endswith("z"):
            return at.dt.timestamp("us")
    elif kind == pl.Date:
        at = at.cast(pl.Datetime("us"))
    else:
        at = at.dt.cast_time_unit("us")
    if not isinstance(kind, pl.Datetime) or kind.time_zone is None:
        at = at.dt.replace_time_zone(clock.zone, ambiguous="earliest", non_existent="null")
    return at.dt.timestamp("us")


def _parse(kind: str, content: bytes, source: Source, path: Path) -> pl.DataFrame:
    try:
        if kind == "csv":
            separator = "\t" if ".tsv" in path.name else source.separator
            return pl.read_csv(io.BytesIO(content), separator=separator, infer_schema=False, truncate_ragged_lines=True)
        if kind == "jsonl":
            return pl.read_ndjson(io.BytesIO(content), infer_schema_length=10_000, ignore_errors=True)
    except pl.exceptions.PolarsError as error:
        raise MappingError(f"{path.name} cannot be read as {kind}: {error}") from error
    return pl.DataFrame({"text": content.decode(errors="replace").splitlines()})
