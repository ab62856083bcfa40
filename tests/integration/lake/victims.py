"""Processes that are killed at seeded moments and started again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Victim:
    """One command, kept running: what ends by itself is started again. `lives` counts its starts.

    `busy_when` is what it prints when it is in the middle of its work.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    output: Path
    busy_when: bytes | None = None
    lives: int = 0
    kills: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _born_at: int = 0

    def keep_running(self) -> None:
        """Starts it unless it runs; fails the test if it ended with an error of its own."""
        if self.process and (code := self.process.poll()) is not None:
            assert code in (0, -signal.SIGKILL), f"{self.name} ended with {code}:\n{self.output.read_text()[-2000:]}"
            self.process = None
        if self.process is None:
            with self.output.open("ab") as out:
                self._born_at = out.tell()
                environment = {**os.environ, **self.environment}
                self.process = subprocess.Popen(self.command, env=environment, stdout=out, stderr=out)
            self.lives += 1

    def is_busy(self) -> bool:
        """Whether this life of it has come to its work."""
        return self.busy_when is None or self.busy_when in self.output.read_bytes()[self._born_at :]

    def kill(self) -> None:
        """`kill -9`, no matter what it is doing."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            self.kills += 1

    def stop(self, seconds: float = 20) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(seconds)


def tillstream(*arguments: str) -> list[str]:
    """Our own command line under this interpreter."""
    return [sys.executable, "-m", "tillstream.apps.cli.main", *arguments]


def kill_at_random(victims: Sequence[Victim], *, kills: int, seed: int, longest_seconds: float) -> None:
    """Keeps all running and kills one at a time, `kills` times in all, at moments drawn from the seed.

    Three of four kills wait until the victim is at work; the others may hit it while it starts.
    """
    chance = random.Random(seed)
    with ExitStack() as at_exit:
        for victim in victims:
            at_exit.callback(victim.kill)
        for _ in range(kills):
            victim = chance.choice(victims)
            if chance.random() < 0.75:
                wait(victims, lambda victim=victim: victim.is_busy(), 30)
            wait(victims, lambda: False, chance.uniform(0.0, longest_seconds))
            victim.kill()


def wait(victims: Sequence[Victim], enough: Callable[[], bool], longest_seconds: float) -> None:
    """Keeps all running until it is enough or the time is up."""
    until = time.monotonic() + longest_seconds
    while True:
        for one in victims:
            one.keep_running()
        if enough() or time.monotonic() >= until:
            return
        time.sleep(0.02)
