import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tillstream.operations.stack.memory import resident_bytes
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.processes import born_at, is_same, open_log, trim_log
from tillstream.operations.stack.status import write_whole
from tillstream.operations.stack.supervisor import sweep

STARTS_ONE = """
import sys, subprocess, time
from tillstream.operations.stack.processes import launch
child = launch([sys.executable, "-S", "-c", "import time; time.sleep(60)"], subprocess.DEVNULL, {})
print(child.pid, flush=True)
time.sleep(60)
"""


def gone(pid: int, seconds: float = 3.0) -> bool:
    deadline = time.monotonic() + seconds
    while born_at(pid) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the next `stack up` sweeps: see below")
def test_a_child_dies_with_a_parent_that_was_killed():
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        assert born_at(child) is not None
        parent.kill()
    assert gone(child)


def test_a_sweep_ends_what_a_killed_stack_left_and_nothing_that_took_its_pid(tmp_path):
    places = Places(tmp_path)
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"], start_new_session=True) as left:
        write_whole(places.pid("left"), {"pid": left.pid, "born": born_at(left.pid)})
        write_whole(places.pid("other"), {"pid": os.getpid(), "born": born_at(os.getpid()) - 100})
        assert sweep(places, stop_seconds=2.0) == ["left"]
        assert left.wait() == -signal.SIGTERM
    assert list(places.pid("any").parent.iterdir()) == []


def test_a_process_is_named_by_pid_and_birth():
    mine = os.getpid()
    assert is_same(mine, born_at(mine))
    assert not is_same(mine, born_at(mine) + 5)
    assert born_at(2**22 + 1) is None


def test_memory_of_a_tree_holds_its_children():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])"
    with subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True) as parent:
        deadline = time.monotonic() + 5
        sizes = {}
        while time.monotonic() < deadline and sizes.get(parent.pid, 0) < 12 * 2**20:  # two interpreters
            sizes = resident_bytes([parent.pid, 2**22 + 1])
        os.killpg(parent.pid, signal.SIGKILL)
    assert sizes[parent.pid] >= 12 * 2**20
    assert sizes[2**22 + 1] == 0


def test_a_jvm_s_child_is_not_weighed_with_its_parent_s_memory_before_it_runs_a_program_of_its_own():
    forks = "import os, time; held = bytearray(96 * 2**20); os.fork(); print('ready', flush=True); time.sleep(60)"
    command = ["java", "-S", "-c", forks]
    with subprocess.Popen(command, executable=sys.executable, stdout=subprocess.PIPE, start_new_session=True) as parent:
        for _ in range(2):
            parent.stdout.readline()
        both = resident_bytes([parent.pid])[parent.pid]
        alone = psutil.Process(parent.pid).memory_info().rss
        os.killpg(parent.pid, signal.SIGKILL)
    assert alone > 96 * 2**20
    assert both < 1.2 * alone


def test_a_log_stays_bounded_when_it_is_opened_and_while_it_is_written(tmp_path):
    path = tmp_path / "api.log"
    path.write_bytes(b"x" * 100)
    with open_log(path, most_bytes=50) as log:
        log.write(b"y" * 60)
        log.flush()
        trim_log(path, most_bytes=50)
        log.write(b"z")
    assert path.read_bytes() == b"z"
    assert Path(f"{path}.1").read_bytes() == b"y" * 60
