"""The doors: every event is checked before it is on the log, and a bad one is kept, not dropped.

In: bytes from HTTP, files, workers. Out: records on source topics, dead letters with the original bytes.
Late: taken as it comes; an event from the future (over 60 s) is a dead letter.
Twice: a repeated event is taken again and falls out in silver; a repeated dead letter has the same id.
See: docs/howto/dead-letters.md, docs/reference/events.md.
"""

from tillstream.data.ingestion.accepted import accepted_record
from tillstream.data.ingestion.dead_letters import dead_letter_id, dead_letter_of
from tillstream.data.ingestion.door import Accepted, Door, RejectedLine

__all__ = ["Accepted", "Door", "RejectedLine", "accepted_record", "dead_letter_id", "dead_letter_of"]
