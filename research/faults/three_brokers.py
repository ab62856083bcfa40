"""Three brokers beside the stack, of which one after the other is killed and missed for a while."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from research.faults.stage import Stage
from research.faults.strikes import Struck

NOTICED_SECONDS = 10.0
"""After which the other two must lead what the killed one led."""


@contextmanager
def with_three_brokers(stage: Stage) -> Iterator[None]:
    """The cluster for as long as the block runs; the stack is told of all three, and to keep three copies."""
    from tests.brokers import cluster_of_three  # its library comes with an extra

    with cluster_of_three(stage.home / "brokers") as stage.brokers:
        stage.tell("kafka", {"bootstrap": stage.brokers.settings.bootstrap, "replication": 3})
        yield


def kill_next_broker(stage: Stage, number: int) -> Struck:
    """Brings back the one killed before and kills the next: who works on does so with the two that are left."""
    brokers = stage.brokers
    if brokers is None:
        raise RuntimeError("the stack has no cluster of three")
    for broker in brokers.brokers:
        if broker.number not in brokers.processes:
            brokers.start(broker.number)
    brokers.wait_until_in_sync()
    brokers.kill(brokers.brokers[number % 3].number)
    killed_at = time.monotonic()
    time.sleep(NOTICED_SECONDS)
    return Struck(killed_at, time.monotonic(), "recovered while it was away")
