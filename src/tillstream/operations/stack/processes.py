"""Processes that end with us: each leads a group of its own, and on Linux dies with its parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

_PR_SET_PDEATHSIG = 1


def resolved(command: Sequence[str]) -> list[str]:
    """A `tillstream …` command as this very environment runs it; any other as it is."""
    if command[0] == "tillstream":
        return [sys.executable, "-m", "tillstream.apps.cli.main", *command[1:]]
    return list(command)


def launch(command: Sequence[str], output: int | IO[bytes], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts a command in a group of its own, nothing on its stdin, both outputs to `output`."""
    return subprocess.Popen(  # noqa: S603  our own commands
        resolved(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **environment},
        start_new_session=True,
        preexec_fn=_leash(),
    )


def _leash() -> Callable[[], None] | None:
    """On Linux: what makes the kernel kill the child when its parent is gone, even by `kill -9`.

    Elsewhere the next `stack up` ends what a killed one left. The signal follows the parent's thread, so launch from
    the main one.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def hold() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it went between fork and here
            os._exit(1)

    return hold


def stop_all(processes: Iterable[subprocess.Popen[bytes]], stop_seconds: float) -> None:
    """Asks every group to end, waits together, then kills what is left of each."""
    groups = list(processes)
    for process in groups:
        signal_group(process.pid, signal.SIGTERM)
        signal_group(process.pid, signal.SIGCONT)  # a stopped process hears nothing else
    deadline = time.monotonic() + stop_seconds
    for process in groups:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        signal_group(process.pid, signal.SIGKILL)
        process.wait()


def signal_group(leader: int, number: signal.Signals) -> None:
    """Sends a signal to a group; nothing when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def born_at(pid: int) -> float | None:
    """When that process began, in Unix seconds: with the pid it names a process for good. None when it is gone."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def is_same(pid: int, born: float) -> bool:
    """Whether the process with that pid is still the one that was born then."""
    now = born_at(pid)
    return now is not None and abs(now - born) < 0.1


def open_log(path: Path, most_bytes: int = 16 * 2**20) -> IO[bytes]:
    """A service's log, opened to append; one that has grown past `most_bytes` is moved to `.1` first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > most_bytes:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def trim_log(path: Path, most_bytes: int = 64 * 2**20) -> None:
    """Keeps a running service's log bounded: a copy goes to `.1`, the file, which it appends to, starts anew."""
    with contextlib.suppress(OSError):
        if path.stat().st_size > most_bytes:
            path.with_suffix(".log.1").write_bytes(path.read_bytes())
            os.truncate(path, 0)
