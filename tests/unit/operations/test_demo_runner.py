import sys
import time
from pathlib import Path

import pytest

from tillstream.operations.demo.runner import Done, Runner
from tillstream.operations.demo.steps import Step, StepFailed, Told

PYTHON = (sys.executable, "-S", "-E", "-c")


def told(output: str) -> Told:
    return Told(output.strip())


def step(name: str, code: str = "pass", *after: str, **more: object) -> Step:
    return Step(name, told, (*PYTHON, code), after=after, **more)


def run(folder: Path, *steps: Step, at_once: int = 2) -> list[Done] | None:
    deadline = time.monotonic() + 10
    runner = Runner(folder, {"GREETING": "hello"}, at_once=at_once, pause_seconds=0.01, check_seconds=0.02)
    return runner.run(steps, lambda: time.monotonic() > deadline)


def test_a_step_is_told_from_the_output_of_its_command(tmp_path):
    (done,) = run(tmp_path, step("greet", "import os; print(os.environ['GREETING'])"))
    assert (done.step.name, done.told.line) == ("greet", "hello")


def test_steps_run_together_unless_one_comes_after_the_other(tmp_path):
    nap = "import time; time.sleep(0.3)"
    done = {one.step.name: one for one in run(tmp_path, step("a", nap), step("b", nap), step("c", nap, "a"))}
    ended = done["a"].begun_seconds + done["a"].seconds
    assert done["b"].begun_seconds < ended  # an order, not a time: a busy machine is slow
    assert done["c"].begun_seconds > ended - 0.05


def test_no_more_commands_run_at_once_than_there_are_cores(tmp_path):
    nap = "import time; time.sleep(0.2)"
    done = {one.step.name: one for one in run(tmp_path, step("a", nap), step("b", nap), at_once=1)}
    assert done["b"].begun_seconds > 0.15


def test_a_step_is_done_when_its_check_says_so(tmp_path):
    asked = []

    def third(output: str) -> Told | None:
        asked.append(output)
        return Told("caught up") if len(asked) == 3 else None

    (done,) = run(tmp_path, Step("lake", third))
    assert (done.told.line, asked) == ("caught up", ["", "", ""])


def test_a_command_that_fails_fails_its_step_with_its_last_line(tmp_path):
    with pytest.raises(StepFailed, match=r"step `gold` failed: exit 1: no silver; its log: .*demo-gold.log"):
        run(tmp_path, step("gold", "raise SystemExit('no silver')"))


def test_a_threshold_that_was_not_met_may_be_no_failure(tmp_path):
    (done,) = run(tmp_path, step("train", "print('not promoted'); raise SystemExit(3)", exits=(0, 3)))
    assert done.told.line == "not promoted"


def test_a_step_that_takes_too_long_fails_and_leaves_nothing_running(tmp_path):
    began = time.monotonic()
    with pytest.raises(StepFailed, match="not done after 0 s"):
        run(tmp_path, step("slow", "import time; time.sleep(60)", most_seconds=0.2))
    assert time.monotonic() - began < 5


def test_steps_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match="train comes before gold"):
        Runner(Path(), {}, at_once=1).run([step("train", "pass", "gold"), step("gold")], lambda: False)


def test_a_run_that_is_stopped_says_so(tmp_path):
    assert Runner(tmp_path, {}, at_once=1).run([step("a", "import time; time.sleep(60)")], lambda: True) is None
