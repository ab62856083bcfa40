"""Records to rows inside Flink: the contract's decoder decides what counts, as everywhere.

Poison gives no row here; its dead letter is written by the lake. A poison record neither stops a job nor counts.
"""

from collections.abc import Iterator
from typing import Any, Final

from pyflink.common import Row as FlinkRow
from pyflink.table import DataTypes
from pyflink.table.types import DataType, RowType
from pyflink.table.udf import udf, udtf

from tillstream.core.contracts import topic_named
from tillstream.core.contracts.decoding import decode
from tillstream.core.errors import EventRejected
from tillstream.data.streaming.logic import sessions
from tillstream.data.streaming.logic.patterns import row as patterns

STEP: Final = ("visitor_id", "at_us", "event_id", "kind", "product_id", "customer_id", "received_at_us")
_WHOLE_NUMBERS: Final = frozenset({"at_us", "received_at_us", "amount_cents"})


def row_type(names: tuple[str, ...]) -> RowType:
    """Columns of text, but for times and amounts."""
    return DataTypes.ROW([DataTypes.FIELD(name, _column(name)) for name in names])


def _column(name: str) -> DataType:
    return DataTypes.BIGINT() if name in _WHOLE_NUMBERS else DataTypes.STRING()


def step_reader(topic: str) -> Any:
    """A table function of SQL: the step of a visitor's session in a record of that topic; no row if it has none.

    What a query asks of the record is asked before a table function reads it, but after a scalar one did.
    """
    known = topic_named(topic)

    def read_record(value: bytes, received_at_us: int) -> Iterator[tuple[Any, ...]]:
        try:
            event = decode(known, value, received_at_us=received_at_us)
        except EventRejected:
            return
        found = sessions.step_of(event, received_at_us)
        if found:
            yield (found[0], *found[1])

    return udtf(read_record, result_types=row_type(STEP))


def pattern_reader(topic: str) -> Any:
    """A function of SQL: a record of that topic as patterns see it; all null if they do not."""
    known, result = topic_named(topic), row_type(patterns.Row._fields)
    nothing = FlinkRow(*[None] * len(result.fields))  # a null row ends the job: thread mode cannot carry one

    def read_record(value: bytes, received_at_us: int) -> FlinkRow:
        try:
            event = decode(known, value, received_at_us=received_at_us)
        except EventRejected:
            return nothing
        found = patterns.row_of(event, received_at_us)
        return FlinkRow(*found) if found else nothing

    return udf(read_record, result_type=result)
