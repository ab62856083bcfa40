import pytest

from tillstream.core.errors import ServiceError
from tillstream.core.settings.moved import FILE as MOVED
from tillstream.operations.demo.home import disk_bytes, start_afresh


def test_a_second_demo_throws_away_what_the_first_left_and_nothing_else(tmp_path):
    start_afresh(tmp_path)
    for name in ("log", "tools"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x" * 10_000)
    assert disk_bytes(tmp_path) >= 10_000
    assert start_afresh(tmp_path) == ["log"]
    assert (tmp_path / "tools" / "file").exists()
    assert disk_bytes(tmp_path) < 10_000


def test_a_home_that_no_demo_made_is_left_alone(tmp_path):
    (tmp_path / "lake").mkdir()
    with pytest.raises(ServiceError, match=r"holds lake that no demo made.*--keep"):
        start_afresh(tmp_path)
    assert (tmp_path / "lake").exists()


def test_a_home_that_was_moved_to_other_engines_is_left_alone(tmp_path):
    start_afresh(tmp_path)
    (tmp_path / "lake").mkdir()
    (tmp_path / MOVED).write_text("{}")
    with pytest.raises(ServiceError, match=r"was moved to another engine set.*--keep"):
        start_afresh(tmp_path)
    assert (tmp_path / "lake").exists()
