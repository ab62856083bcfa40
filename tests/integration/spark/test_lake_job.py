"""Kafka to bronze and silver on Spark: the same tables as the embedded worker's."""

import pytest
from confluent_kafka import Producer
from tests.oracle.sending import draw
from tests.oracle.silver import differences_of_dead_letters, differences_of_silver

from tillstream.adapters.log import RECEIVED_AT, NewRecord
from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.settings import LakeSettings
from tillstream.data.lake import Lake
from tillstream.data.lake.digest import table_digest
from tillstream.data.streaming.embedded.lake_worker import LakeWorker

pytestmark = pytest.mark.spark
TOPICS = ("clicks.v1", "orders.v1", "dead_letters.v1")
SENT = [one for one in draw(11, 3_000) if one.topic in TOPICS]


def append(log, sent):
    for topic in sorted({one.topic for one in sent}):
        some = [one for one in sent if one.topic == topic]
        log.append(topic, [NewRecord(one.key, one.value, {RECEIVED_AT: str(one.received_at_us)}) for one in some])


def test_a_shop_with_copies_and_poison_is_what_oracle_and_embedded_set_say(log, lake, catch_up, tmp_path):
    append(log, SENT)
    totals = catch_up(*TOPICS)
    found = {name.partition(".")[2]: lake.arrow(name).to_pylist() for name in lake.tables() if "silver" in name}
    assert differences_of_silver(found, SENT) == []
    assert differences_of_dead_letters(found["dead_letters"], SENT) == []
    assert totals.records == len(SENT) + totals.dead_letters
    other, embedded = SqliteLog(tmp_path / "log"), Lake(tmp_path / "embedded")
    append(other, SENT)
    LakeWorker(other, embedded, LakeSettings(), topics=TOPICS).run(lambda: False, until_caught_up=True)
    other.close()
    names = [name for name in embedded.tables() if name.startswith("silver.")]
    assert {name: table_digest(lake, name) for name in names} == {name: table_digest(embedded, name) for name in names}


def test_the_marks_of_transactions_leave_no_hole_for_a_job_that_begins_anew(brokers, log, lake, catch_up):
    clicks = [one for one in SENT if one.topic == "clicks.v1" and not one.poison][:7]
    append(log, clicks[:1])
    producer = Producer({"bootstrap.servers": brokers.settings.bootstrap, "transactional.id": "test"})
    producer.init_transactions(30)
    for number, one in enumerate(clicks[1:]):  # a mark lies after each record
        producer.begin_transaction()
        producer.produce("clicks.v1", one.value, one.key, 0, headers={RECEIVED_AT: str(one.received_at_us)})
        producer.commit_transaction(30)
        if number in (2, 5):
            catch_up("clicks.v1")
    assert lake.delta("bronze.clicks").count() == len(clicks)
