"""Records to rows inside Flink: the contract's decoder decides what counts, as everywhere.

Poison gives no row here; its dead letter is written by the lake. A poison record neither stops a job nor counts.
"""

from typing import Any, Final

from pyflink.common import Row as FlinkRow
from pyflink.table import DataTypes
from pyflink.table.types import DataType, RowType
from pyflink.table.udf import udf

from tillstream.core.contracts import topic_named
from tillstream.core.contracts.decoding import decode
from tillstream.core.errors import EventRejected
from tillstream.data.streaming.logic.patterns import row as patterns

_WHOLE_NUMBERS: Final = frozenset({"at_us", "received_at_us", "amount_cents"})


def row_type(names: tuple[str, ...]) -> RowType:
    """Columns of text, but for times and amounts."""
    return DataTypes.ROW([DataTypes.FIELD(name, _column(name)) for name in names])


def _column(name: str) -> DataType:
    return DataTypes.BIGINT() if name in _WHOLE_NUMBERS else DataTypes.STRING()


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
