import subprocess
import sys
from pathlib import Path

import pytest
from scripts.lanes import Lane, Outcome, counts, main, run, summary

REPORT = """<testsuites><testsuite errors="1" failures="1" skipped="2" tests="9"/></testsuites>"""


def python(code: str, name: str = "small", **options: object) -> Lane:
    return Lane(name, (sys.executable, "-c", code), **options)  # type: ignore[arg-type]


def test_the_report_is_counted_with_errors_as_failures(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert counts(report) == (5, 2, 2)


def test_a_command_that_ends_well_counts_as_one_passed() -> None:
    outcome = run(python("", counts_itself=False), every=True)
    assert (outcome.passed, outcome.failed) == (1, 0)


def test_a_lane_that_ran_no_test_has_failed() -> None:
    """pytest ends with 5 where it found nothing."""
    outcome = run(python("raise SystemExit(5)"), every=False)
    assert (outcome.passed, outcome.failed) == (0, 1)


@pytest.mark.parametrize(
    ("every", "optional", "failed"), [(False, False, 0), (True, False, 1), (True, True, 0), (False, True, 0)]
)
def test_a_lane_that_cannot_run_fails_only_where_every_lane_is_asked_for(
    every: bool, optional: bool, failed: int
) -> None:
    outcome = run(python("raise SystemExit(1)", lacks=lambda: "no Chromium", optional=optional), every=every)
    assert (outcome.failed, outcome.not_run) == (failed, "no Chromium")


def test_the_last_line_counts_all_lanes_and_the_rest_names_what_did_not_run() -> None:
    text = summary([Outcome("fast", 1.0, 20, 1, 0), Outcome("data", not_run="no public logs")])
    assert text.splitlines()[-1] == "20 passed, 1 failed"
    assert "data        not run: no public logs" in text


def test_an_unknown_lane_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quick"]) == 2
    assert "there are check, fast, page, services" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("subject", "accepted"),
    [
        ("lake: take the log to bronze and silver", True),
        ("data/streaming, lake: keep events within the watermark", True),
        ("Merge branch 'x'", True),
        ("Fixed stuff", False),
        ("lake: " + "x" * 70, False),
    ],
)
def test_a_commit_subject_says_package_and_outcome(root: Path, tmp_path: Path, subject: str, accepted: bool) -> None:
    message = tmp_path / "message"
    message.write_text(f"{subject}\n\nwhy\n")
    assert (
        subprocess.run([root / "scripts/hooks/commit-msg", message], capture_output=True).returncode == 0
    ) is accepted
