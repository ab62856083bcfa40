"""A decision's record: all that is needed to decide it again, and to show why.

In: facts, columns of values, an answer. Out: an event of decisions.v1 of at most 16 KB; the same bytes on replay.
See: docs/reference/decisions.md, docs/adr/0010-decision-records.md.
"""

from tillstream.decisions.record.columns import Columns
from tillstream.decisions.record.entry import Entry, Versions, decode_entry, encode_entry

__all__ = ["Columns", "Entry", "Versions", "decode_entry", "encode_entry"]
