"""Decisions: a recommendation with 100 candidates against an empty FastAPI route of the same bodies.

Both are processes of their own on uvicorn with uvloop and httptools, asked by the same client, alternating.
Ours reads features from Valkey in two commands, ranks by a trained model, and writes its record to the disk.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from research.benchmarks.freshness import CLI, free_port
from research.benchmarks.line import BenchLine, quantile

from tillstream.core.settings import StoreSettings
from tillstream.data.lake import Lake
from tillstream.operations.stack.valkey import valkey_command

REQUESTS_PER_SECOND, SECONDS, ROUNDS = 100, 5, 5
CONNECTIONS, FULL_SECONDS = 8, 3
BAR_P99_MS = 25.0
VISITORS = 300
WORLD = ("--customers", "1200", "--days", "20", "--seed", "7", "--to", "log")
ROUTE = "/v1/recommendations"
_HEAD = f"POST {ROUTE} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: ".encode()
EMPTY = """
import sys
from pathlib import Path
import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel

class Asked(BaseModel):
    visitor_id: str
    customer_id: str | None = None
    k: int = 8
    surface: str = "for_you"
    product_id: str | None = None

app, body = FastAPI(), Path(sys.argv[2]).read_bytes()

@app.post("/v1/recommendations")
async def recommend(asked: Asked) -> Response:
    return Response(body, media_type="application/json")

uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning", access_log=False)
"""


def run() -> list[BenchLine]:
    """Latency in milliseconds at 100 requests a second, and requests a second of 8 busy connections."""
    with (
        tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder,
        shops(Path(folder)) as (ours, empty, resident),
    ):
        bodies = bodies_of(Path(folder))
        paced: dict[int, list[float]] = {ours: [], empty: []}
        busy: dict[int, list[float]] = {ours: [], empty: []}
        for port in (ours, empty):
            asyncio.run(at_a_pace(port, bodies, 2))
        for _ in range(ROUNDS):
            for port in (ours, empty):
                paced[port] += asyncio.run(at_a_pace(port, bodies, SECONDS))
                busy[port].append(asyncio.run(flat_out(port, bodies)))
        megabytes = resident() / 2**20
    return [
        BenchLine("decision_p50_ms", quantile(paced[ours], 0.5), quantile(paced[empty], 0.5)),
        BenchLine(
            "decision_p99_ms", quantile(paced[ours], 0.99), quantile(paced[empty], 0.99), BAR_P99_MS, better="lower"
        ),
        BenchLine("decisions_per_second", statistics.median(busy[ours]), statistics.median(busy[empty])),
        BenchLine("decision_process_mb", megabytes),
    ]


@contextmanager
def shops(home: Path) -> Iterator[tuple[int, int, Callable[[], int]]]:
    """Ours with a trained model and a filled store, and the empty one; their ports, and our resident bytes."""
    store, port, empty_port = StoreSettings(port=free_port()), free_port(), free_port()
    (home / "store").mkdir()
    os.environ |= {
        "TILLSTREAM_HOME": str(home),
        "TILLSTREAM_STORE__PORT": str(store.port),
        "TILLSTREAM_SERVING__PORT": str(port),
        "MALLOC_ARENA_MAX": "2",
    }
    with started(valkey_command(home, store), None):
        for command in (
            ("sources", "simulate", *WORLD),
            ("lake", "work", "--until-caught-up"),
            ("features", "work", "--until-caught-up"),
            ("features", "release"),
            ("features", "work", "--until-caught-up"),
            ("models", "train", "recommend"),
            ("decisions", "snapshot"),
        ):
            # 3: the model did not beat its baseline; then popularity fills the hundred candidates.
            subprocess.run([*CLI, *command], check=False, capture_output=True)
        with started((*CLI, "features", "work"), None), started((*CLI, "serve"), port) as api:
            answer = httpx.post(f"http://127.0.0.1:{port}{ROUTE}", json={"visitor_id": "v"}, trust_env=False)
            (home / "answer.json").write_bytes(answer.raise_for_status().content)
            plain = (sys.executable, "-c", EMPTY, str(empty_port), str(home / "answer.json"))
            with started(plain, empty_port):
                yield port, empty_port, lambda: int(psutil.Process(api).memory_info().rss)


def bodies_of(home: Path) -> list[bytes]:
    """Requests of the visitors who were there last, so that most have views to go on."""
    clicks = Lake(home / "lake").arrow("silver.clicks", ["visitor_id", "occurred_at"])
    newest = clicks.sort_by([("occurred_at", "descending")])["visitor_id"].to_pylist()
    return [json.dumps({"visitor_id": one, "k": 8}).encode() for one in list(dict.fromkeys(newest))[:VISITORS]]


async def at_a_pace(port: int, bodies: Sequence[bytes], seconds: float) -> list[float]:
    """Milliseconds of each request, counted from when it was due: a late start is not forgiven."""
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(2 * CONNECTIONS):
        lines.put_nowait(await Line.open(port))
    began, found = time.perf_counter(), list[float]()

    async def ask(number: int, due: float) -> None:
        line = await lines.get()
        await line.ask(bodies[number % len(bodies)])
        found.append(1_000 * (time.perf_counter() - due))
        lines.put_nowait(line)

    async with asyncio.TaskGroup() as asking:
        for number in range(int(REQUESTS_PER_SECOND * seconds)):
            due = began + number / REQUESTS_PER_SECOND
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            asking.create_task(ask(number, due))
    while not lines.empty():
        lines.get_nowait().close()
    return found


async def flat_out(port: int, bodies: Sequence[bytes]) -> float:
    """Requests a second of connections that ask again as soon as they are answered."""
    until, answered = time.perf_counter() + FULL_SECONDS, 0

    async def ask(offset: int) -> int:
        line, number = await Line.open(port), offset
        while time.perf_counter() < until:
            await line.ask(bodies[number % len(bodies)])
            number += 1
        line.close()
        return number - offset

    answered = sum(await asyncio.gather(*(ask(37 * n) for n in range(CONNECTIONS))))
    return answered / FULL_SECONDS


class Line:
    """One kept connection that speaks just enough HTTP: a client library would cost more than the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Line":
        """A connection to loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, body: bytes) -> bytes:
        """The answer's body; anything but 200 is an error."""
        self._writer.write(_HEAD + str(len(body)).encode() + b"\r\n\r\n" + body)
        told = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(told.partition(b"content-length:")[2].partition(b"\r")[0])
        answer = await self._reader.readexactly(length)
        if not told.startswith(b"http/1.1 200"):
            raise RuntimeError(answer.decode())
        return answer

    def close(self) -> None:
        """Hangs up."""
        self._writer.close()


@contextmanager
def started(command: Sequence[str], port: int | None) -> Iterator[int]:
    """A process that listens on `port`, if one is named, and its id; stopped at the end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while port is not None and not listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[:4]} does not listen on {port}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=1).status_code > 0
    except httpx.HTTPError:
        return False
