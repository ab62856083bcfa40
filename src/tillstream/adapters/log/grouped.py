"""Appends of many callers in few commits: each is done when its record is on the disk."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from tillstream.adapters.log.interface import Log
from tillstream.adapters.log.records import NewRecord, Place

_GROUP_ROWS = 5_000


class GroupedAppender:
    """One thread and one queue a topic, so that a topic whose file is held up delays no other.

    Threads start with a topic's first append. Not for two processes to share.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._queues: dict[str, queue.SimpleQueue[tuple[Sequence[NewRecord], Future[list[Place]]] | None]] = {}
        self._threads: list[threading.Thread] = []

    def append(self, topic: str, records: Sequence[NewRecord]) -> "Future[list[Place]]":
        """Places in the order of `records`; fails with what Log.append raises."""
        done: Future[list[Place]] = Future()
        done.set_running_or_notify_cancel()  # who gives up waiting takes nothing back: the thread still ends it
        self._queue(topic).put((records, done))
        return done

    def close(self) -> None:
        """Waits until all that was given is on the disk."""
        for waiting in self._queues.values():
            waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _queue(self, topic: str) -> "queue.SimpleQueue[tuple[Sequence[NewRecord], Future[list[Place]]] | None]":
        with self._lock:
            if topic not in self._queues:
                self._queues[topic] = queue.SimpleQueue()
                thread = threading.Thread(target=self._run, args=(topic,), name=f"append-{topic}", daemon=True)
                self._threads.append(thread)
                thread.start()
            return self._queues[topic]

    def _run(self, topic: str) -> None:
        waiting = self._queues[topic]
        while (first := waiting.get()) is not None:
            group, rows, last = [first], len(first[0]), False
            while rows < _GROUP_ROWS and not waiting.empty():
                following = waiting.get()
                if following is None:
                    last = True
                    break
                group.append(following)
                rows += len(following[0])
            self._append(topic, group)
            if last:
                return

    def _append(self, topic: str, group: "list[tuple[Sequence[NewRecord], Future[list[Place]]]]") -> None:
        try:
            places = iter(self._log.append(topic, [record for records, _ in group for record in records]))
        except Exception as error:  # every caller must hear of it, whatever it is
            for _, done in group:
                done.set_exception(error)
            return
        for records, done in group:
            done.set_result([next(places) for _ in records])
