import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tillstream.core.locks import held, is_held
from tillstream.operations.stack.jobs import Job
from tillstream.operations.stack.places import Places
from tillstream.operations.stack.report import job_line
from tillstream.operations.stack.scheduler import Scheduler
from tillstream.operations.stack.status import JobStatus

PYTHON = (sys.executable, "-S", "-E", "-c")
HOUR = 3_600.0


def job(name: str, code: str, first: float = 0.0, **more: float) -> Job:
    return Job(name, (*PYTHON, code), every_seconds=HOUR, first_seconds=first, **more)


def run(home: Path, *jobs: Job, until: Callable[[dict[str, JobStatus]], bool], seconds: float = 8.0):
    places, beats, heard = Places(home), [], []
    scheduler = Scheduler(jobs, places, stop_seconds=0.5, look_seconds=0.02, beat=lambda: beats.append(1))
    deadline = time.monotonic() + seconds

    def rows() -> dict[str, JobStatus]:
        return {row["name"]: JobStatus(**row) for row in json.loads(places.jobs.read_bytes())}

    def stopping() -> bool:
        assert time.monotonic() < deadline, rows()
        heard.extend([1] if until(rows()) else [])
        return bool(heard)

    scheduler.run(stopping)
    assert beats
    return rows()


def test_due_jobs_run_one_at_a_time_longest_due_first(tmp_path):
    note = "import time; f = open({!r}, 'a'); f.write('{}['); f.flush(); time.sleep(0.1); f.write(']')"
    path = str(tmp_path / "order")
    rows = run(
        tmp_path,
        job("late", note.format(path, "late"), first=-1),
        job("later", note.format(path, "later"), first=-2),
        until=lambda rows: all(row.runs for row in rows.values()),
    )
    assert Path(path).read_text() == "later[]late[]"
    assert {(row.last_exit, row.failures) for row in rows.values()} == {(0, 0)}


def test_a_job_that_fails_is_shown_with_its_last_line_and_runs_again_when_due(tmp_path):
    rows = run(tmp_path, job("gold", "raise SystemExit('no lake')"), until=lambda rows: bool(rows["gold"].runs))
    row = rows["gold"]
    assert (row.last_exit, row.failures, row.last_line) == (1, 1, "no lake")
    assert row.next_at > row.last_at + HOUR
    assert "exit 1" in job_line(row, time.time())
    assert job_line(row, time.time()).endswith("no lake")


def test_a_job_that_takes_too_long_is_ended(tmp_path):
    slow = job("slow", "import time; time.sleep(60)", most_seconds=0.3)
    assert run(tmp_path, slow, until=lambda rows: bool(rows["slow"].runs))["slow"].last_exit == -15


def test_a_job_that_runs_is_ended_when_the_scheduler_stops(tmp_path):
    begun = time.monotonic()
    rows = run(tmp_path, job("slow", "import time; time.sleep(60)"), until=lambda rows: rows["slow"].running)
    assert not rows["slow"].running
    assert time.monotonic() - begun < 5


def test_a_job_waits_while_another_process_holds_the_job_lock(tmp_path):
    lock, looks = Places(tmp_path).job_lock, []

    def until(rows: dict[str, JobStatus]) -> bool:
        looks.append(rows["gold"].runs)
        return len(looks) > 3

    with held(lock) as ours:
        assert ours
        assert is_held(lock)
        run(tmp_path, job("gold", "pass"), until=until)
    assert looks == [0, 0, 0, 0]
    assert not is_held(lock)
