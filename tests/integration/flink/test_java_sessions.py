"""The Java of the sessions' job against the Python it repeats: which records count, and what is told of visitors."""

import base64
import json
import random
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.integration.flink.spoiling import spoiled
from tests.shop.events import at, click, order

from tillstream.core.contracts import decode, to_micros, topic_named
from tillstream.core.errors import EventRejected
from tillstream.data.streaming.flink.reading_rules import reading_rules
from tillstream.data.streaming.logic.sessions import Step, Visitor, add, step_of, tell

pytestmark = pytest.mark.flink

RECEIVED_US = to_micros(at("12:00"))
GAP_MS = 1_800_000
KINDS = ("viewed", "refreshed", "cart_added", "placed")
AGENTS = ("Mozilla/5.0 (iPhone)", "Googlebot/2.1", "CUBOT X30", "curl/8.0", "HeadlessChrome", "Яндекс\u0130", None)
IDS = ("e1", "é", "\U0001f600", "\uffee", "x" * 64, 'a"\\\n')


class Java:
    """A process that answers each line with one."""

    def __init__(self, root: Path, folder: Path) -> None:
        flink = next((root / "var/env/flink/lib").glob("python3.*/site-packages/pyflink/lib"))
        path = f"{flink}/*:{root}/var/jars/flink/*:{folder}"
        source = Path(__file__).parent / "java/tillstream/sessions/Trials.java"
        subprocess.run(["javac", "-d", folder, "-cp", path, source], check=True)
        (folder / "rules.json").write_text(json.dumps(reading_rules()))
        self._command = ["java", "-cp", path, "tillstream.sessions.Trials", str(folder / "rules.json")]

    def ask(self, asked: Iterable[dict[str, Any]]) -> list[Any]:
        lines = "".join(json.dumps(one) + "\n" for one in asked)
        done = subprocess.run(self._command, input=lines, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def java(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Java:
    return Java(root, tmp_path_factory.mktemp("java"))


@pytest.mark.parametrize("topic", ["clicks.v1", "orders.v1"])
def test_java_takes_from_a_record_what_the_decoder_takes_and_refuses_what_it_refuses(java: Java, topic: str) -> None:
    draw = random.Random(topic)
    records = [spoiled(_event(topic, draw), draw) for _ in range(30_000)]
    asked = [
        {"do": "read", "topic": topic, "value": base64.b64encode(one).decode(), "received_at_us": RECEIVED_US}
        for one in records
    ]
    wanted = [_step_in_python(topic, one) for one in records]
    assert 3_000 < sum(one is None for one in wanted) < 27_000
    different = [(r, w, f) for r, w, f in zip(records, wanted, java.ask(asked), strict=True) if w != f]
    assert different[:3] == []


def test_java_tells_of_visitors_what_the_pure_logic_tells(java: Java) -> None:
    asked: list[dict[str, Any]] = []
    wanted: list[Any] = []
    for seed in range(400):
        asked.append({"do": "begin"})
        wanted.append([])
        for one, answer in _life(random.Random(seed)):
            asked.append(one)
            wanted.append(answer)
    told = java.ask(asked)
    for answer in told:
        for said in answer if isinstance(answer, list) else ():
            said[1] = base64.b64decode(said[1])
    assert sum(isinstance(one, list) and len(one) > 1 for one in wanted) > 100
    assert {"STEP", "COPY", "LATE"} <= {one for one in wanted if isinstance(one, str)}
    assert [both for both in zip(asked, wanted, told, strict=True) if both[1] != both[2]][:2] == []


def _life(draw: random.Random) -> Iterable[tuple[dict[str, Any], Any]]:
    """A visitor's steps as they come, with the time going on between, and what Python makes of them."""
    visitor, watermark_ms = Visitor(), 0
    start_us = to_micros(at("09:00"))
    name, gap_ms = draw.choice(IDS), draw.choice((GAP_MS, GAP_MS, 10**9))
    for _ in range(draw.randrange(1, 40)):
        at_us = start_us + draw.choice((draw.randrange(10**10), draw.randrange(12) * gap_ms * 500))
        step = Step(
            at_us, draw.choice(IDS) + str(draw.randrange(9)), draw.choice(KINDS), draw.choice((None, "p1", "p2")),
            draw.choice((None, "ann", "bob")), at_us + draw.randrange(10**9),
        )  # fmt: skip
        added = add(visitor, (step,), gap_ms=gap_ms, watermark_ms=watermark_ms)
        visitor = added.visitor
        yield (
            {"do": "add", "step": step, "gap_ms": gap_ms, "watermark_ms": watermark_ms},
            "COPY" if added.copies else "LATE" if added.late else "STEP",
        )
        watermark_ms = max(watermark_ms, start_us // 1000 + draw.randrange(-(10**7), 10**7))
        for partial in (False, True)[: draw.randrange(1, 3)]:  # a timer of event time comes before anything else
            visitor, said = tell(name, visitor, gap_ms=gap_ms, watermark_ms=watermark_ms, partial=partial)
            yield (
                {"do": "tell", "visitor_id": name, "gap_ms": gap_ms, "watermark_ms": watermark_ms, "partial": partial},
                [[session.session_id, session.encode(), received] for session, received in said],
            )


def _step_in_python(topic: str, value: bytes) -> Sequence[Any] | None:
    """The step with its visitor, the time alone of an event that is none, None of poison."""
    try:
        event = decode(topic_named(topic), value, received_at_us=RECEIVED_US)
    except EventRejected:
        return None
    found = step_of(event, RECEIVED_US)
    return [found[0], *found[1]] if found else [to_micros(event.occurred_at)]


def _event(topic: str, draw: random.Random) -> bytes:
    when, event_id = at(f"{draw.randrange(8, 12):02}:{draw.randrange(60):02}"), draw.choice(IDS)
    if topic == "orders.v1":
        lines = {f"p{n}": (draw.randrange(1, 4), 500) for n in range(draw.randrange(3))}
        return order(event_id, when, draw.choice(IDS), lines, visitor_id=draw.choice((*IDS, None))).encode()
    more = {"scroll_ratio": draw.choice((None, 0.2, 0.95)), "duration_ms": draw.choice((None, 20, 5_000))}
    named = {"customer_id": draw.choice((None, "ann")), "product_id": draw.choice((None, "boots"))}
    kind = draw.choice(("viewed", "refreshed", "cart_added", "scrolled"))
    return click(event_id, when, draw.choice(IDS), kind=kind, user_agent=draw.choice(AGENTS), **named, **more).encode()
