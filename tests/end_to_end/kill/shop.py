"""A shop that goes on while processes die: sends events through the door, asks for decisions, remembers answers."""

import json
import random
import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import httpx

CLIENT_SECONDS = 2.0
PAUSE_SECONDS = 0.02
OWN_CAMPAIGN = "shop-"
"""How the ids of its campaigns begin, so that no click of the producer names one."""


class Shop:
    """Two threads. An event is sent until it was accepted, with the same id; a decision is asked once."""

    def __init__(self, url: str, seed: int) -> None:
        self._url, self._seed = url, seed
        self._stop = threading.Event()
        self.accepted: set[str] = set()
        self.poison: set[str] = set()
        self.decisions: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, list[dict[str, Any]]] = {}
        self._failed: list[BaseException] = []
        self._threads = [threading.Thread(target=self._guarded, args=(work,)) for work in (self._send, self._decide)]

    def __enter__(self) -> "Shop":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def finish(self) -> None:
        """No more requests; what a thread saw go wrong is raised here."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failed:
            raise self._failed[0]

    def wait_for(self, more: int, *, most_seconds: float = 60.0) -> None:
        """Until so many more events were accepted and decisions answered."""
        wanted, until = (len(self.accepted) + more, len(self.decisions) + more), time.monotonic() + most_seconds
        while len(self.accepted) < wanted[0] or len(self.decisions) < wanted[1]:
            assert time.monotonic() < until, f"{len(self.accepted)} events, {len(self.decisions)} decisions"
            assert not self._failed, self._failed
            time.sleep(0.05)

    def check(self, silver: dict[str, list[dict[str, Any]]]) -> None:
        """Accepted events once, refused ones among the dead letters, answered decisions recorded once."""
        campaigns = [one["event_id"] for one in silver["campaigns"] if one["campaign_id"].startswith(OWN_CAMPAIGN)]
        assert len(campaigns) == len(set(campaigns))
        assert self.accepted <= set(campaigns)
        assert self.poison <= {row["event_id"] for row in silver["dead_letters"]}
        records = {row["event_id"]: json.loads(row["record"]) for row in silver["decisions"]}
        assert len(records) == len(silver["decisions"])
        missing = set(self.decisions) - set(records)
        assert not missing, f"{len(missing)} answered decisions have no record"
        for decision_id, answer in self.decisions.items():
            assert records[decision_id]["answer"] == answer
        asked_again = [answers for answers in self.payments.values() if len(answers) > 1]
        assert asked_again
        assert all(answer == answers[0] for answers in asked_again for answer in answers), "one payment, two answers"

    def _guarded(self, work: Any) -> None:
        try:
            with httpx.Client(base_url=self._url, trust_env=False, timeout=CLIENT_SECONDS) as client:
                work(client)
        except BaseException as error:
            self._failed.append(error)

    def _send(self, client: httpx.Client) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            event = {
                "event_id": f"door-{number}",
                "occurred_at": datetime.now(UTC).isoformat(),
                "campaign_id": f"{OWN_CAMPAIGN}{number % 5}",
                "kind": "email_clicked" if number % 50 else "email_swallowed",
                "channel": "email",
                "customer_id": f"u{number % 9}",
            }
            while (answer := self._post(client, "/v1/events", {"topic": "campaigns.v1", "event": event})) is None:
                if self._stop.is_set():
                    return
            if answer.status_code == 202:
                self.accepted.add(event["event_id"])
            elif answer.status_code == 422:
                self.poison.update(one["dead_letter_id"] for one in answer.json()["rejected"])
            else:
                # 503: somebody was killed inside a commit; the event is not accepted and not counted.
                assert answer.status_code == 503, answer.text
            time.sleep(PAUSE_SECONDS)

    def _decide(self, client: httpx.Client) -> None:
        chance = random.Random(self._seed)
        number = 0
        while not self._stop.is_set():
            number += 1
            path, body = self._question(chance, number)
            answer = self._post(client, path, body)
            if answer is not None and answer.status_code == 200:
                told = answer.json()
                self.decisions[told["decision_id"]] = told
                if path == "/v1/fraud":
                    self.payments.setdefault(body["payment_id"], []).append(told)
            elif answer is not None:
                assert answer.status_code in (404, 503), answer.text
            time.sleep(PAUSE_SECONDS)

    def _question(self, chance: random.Random, number: int) -> tuple[str, dict[str, Any]]:
        visitor = {"visitor_id": f"v{chance.randrange(20)}", "customer_id": f"u{chance.randrange(9)}"}
        if number % 3 == 0:
            payment = {"payment_id": f"pay-{chance.randrange(30)}", "amount_cents": 5_000, "currency": "EUR"}
            return "/v1/fraud", {**visitor, **payment, "card_id": f"k{chance.randrange(9)}"}
        if number % 3 == 1:
            return "/v1/churn", {"customer_id": visitor["customer_id"]}
        return "/v1/recommendations", {**visitor, "k": 8}

    def _post(self, client: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response | None:
        """The answer, or None where nobody answered."""
        try:
            return client.post(path, json=body)
        except httpx.HTTPError:
            time.sleep(PAUSE_SECONDS)
            return None
