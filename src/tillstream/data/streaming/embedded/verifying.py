"""Whether silver is what bronze says: every valid event once, nothing else, each poison in dead letters.

Decodes all of bronze anew. What silver has not covered yet (a worker between its two commits) is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
from deltalake import DeltaTable

from tillstream.core.contracts import LAKE_TOPICS, Topic, topic_named
from tillstream.data.batch.duckdb_session import open_session
from tillstream.data.lake import Lake
from tillstream.data.lake.catalog import contract_schema
from tillstream.data.streaming.bronze import BRONZE_COLUMNS, bronze_records
from tillstream.data.streaming.decoding import Columns, columns_of

_ROWS = 50_000
_PLACES = "SELECT COUNT(*), COUNT(DISTINCT (log_id, log_partition, log_offset)) FROM bronze"
_COUNTS = """
WITH keys AS (SELECT DISTINCT event_id, occurred_on FROM expected),
found AS (SELECT event_id, CAST(occurred_at AS DATE) AS occurred_on, {digest} AS digest FROM silver)
SELECT
    (SELECT COUNT(*) FROM keys) AS valid,
    (SELECT COUNT(*) FROM found) AS silver_rows,
    (SELECT COUNT(*) FROM keys WHERE NOT EXISTS (
        SELECT 1 FROM found WHERE found.event_id = keys.event_id AND found.occurred_on = keys.occurred_on)) AS lost,
    (SELECT COUNT(*) FROM found) - (SELECT COUNT(*) FROM (SELECT DISTINCT event_id, occurred_on FROM found)) AS doubled,
    (SELECT COUNT(*) FROM found WHERE NOT EXISTS (
        SELECT 1 FROM expected WHERE expected.event_id = found.event_id AND expected.occurred_on = found.occurred_on
        AND expected.digest = found.digest)) AS foreign_rows
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One entity's count of rows, and of what is wrong; `foreign` has no equal in bronze."""

    entity: str
    bronze_rows: int
    bronze_doubled: int
    valid: int
    silver_rows: int
    lost: int
    doubled: int
    foreign: int
    poison: int
    poison_without_letter: int

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not (self.bronze_doubled or self.lost or self.doubled or self.foreign or self.poison_without_letter)


def verify(lake: Lake) -> list[Verdict]:
    """A verdict for every entity that has a bronze table; memory is bounded, time is a full read."""
    letters = set(lake.arrow("silver.dead_letters", ["event_id"])["event_id"].to_pylist())
    with open_session(lake.path / "_spill") as session:
        topics = [topic_named(name) for name in LAKE_TOPICS]
        return [_verify(session, lake, topic, letters) for topic in topics if lake.exists(f"bronze.{topic.entity}")]


def _verify(session: duckdb.DuckDBPyConnection, lake: Lake, topic: Topic, letters: set[str]) -> Verdict:
    # Silver first: bronze, read after it, then has all that this version of silver covers.
    silver = lake.delta(f"silver.{topic.entity}") if lake.exists(f"silver.{topic.entity}") else None
    session.execute("CREATE OR REPLACE TEMP TABLE expected (event_id VARCHAR, occurred_on DATE, digest UBIGINT)")
    digest, poison = _digest(topic), set()
    for columns in decoded(lake, topic, silver):
        session.register("incoming", columns.incoming)
        session.execute(f"INSERT INTO expected SELECT event_id, CAST(occurred_at AS DATE), {digest} FROM incoming")
        poison |= {letter.key for letter in columns.dead_letters}
    session.register("bronze", lake.dataset(f"bronze.{topic.entity}"))
    session.register("silver", silver.to_pyarrow_dataset() if silver else lake.dataset(f"silver.{topic.entity}"))
    rows, places = session.execute(_PLACES).fetchone() or (0, 0)
    valid, there, lost, doubled, foreign = session.execute(_COUNTS.format(digest=digest)).fetchone() or (0,) * 5
    return Verdict(
        entity=topic.entity,
        bronze_rows=rows,
        bronze_doubled=rows - places,
        valid=valid,
        silver_rows=there,
        lost=lost,
        doubled=doubled,
        foreign=foreign,
        poison=len(poison),
        poison_without_letter=len(poison - letters),
    )


def _digest(topic: Topic) -> str:
    columns = ", ".join(["received_at", *contract_schema(topic).names])
    return f"hash({columns})"


def decoded(lake: Lake, topic: Topic, silver: DeltaTable | None) -> Iterator[Columns]:
    """All of bronze that this version of silver covers, in bounded pieces, each of one log."""
    for batch in lake.dataset(f"bronze.{topic.entity}").to_batches(columns=BRONZE_COLUMNS, batch_size=_ROWS):
        for log_id, records in bronze_records(topic, batch).items():
            ends = {
                partition: (silver.transaction_version(f"{log_id}/{topic.name}/{partition}") or 0) if silver else 0
                for partition in {record.partition for record in records}
            }
            covered = [record for record in records if record.offset < ends[record.partition]]
            if covered:
                yield columns_of(topic, covered, log_id)
