import json
from pathlib import Path

import pytest
from tests.shop import shop_records

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.core.errors import NotFound, ServiceError
from tillstream.data.lake import Lake
from tillstream.operations.demo.checks import (
    gold_built,
    history_on_log,
    lake_filled,
    models_trained,
    said,
    streams_told,
)
from tillstream.operations.demo.replay import RealLog, real_log, replay_steps
from tillstream.operations.demo.run import step_line
from tillstream.operations.demo.runner import Done
from tillstream.operations.demo.scene import Scene
from tillstream.operations.demo.shop import Shop
from tillstream.operations.demo.steps import Step, Told, in_order
from tillstream.operations.demo.world import simulated_history, world_steps
from tillstream.operations.stack.places import Places


@pytest.fixture
def scene(tmp_path: Path):
    log = SqliteLog(tmp_path / "log")
    yield Scene(log, Lake(tmp_path / "lake"), Places(tmp_path), Shop("http://127.0.0.1:1"))
    log.close()


def test_the_steps_of_a_demo_are_in_order_and_each_has_a_name_of_its_own(scene: Scene):
    real = RealLog(Path("log.parquet"), "tafeng", "tafeng")
    for steps in (world_steps(scene, 1.0, kept=False), replay_steps(scene, real)):
        in_order(steps)
        assert len({step.name for step in steps}) == len(steps)
        assert steps[-1].name in ("record", "figure")


def test_a_kept_home_is_not_given_another_history(scene: Scene):
    assert simulated_history(scene, 1.0, kept=True).command
    for topic, record in shop_records():
        scene.log.append(topic, [record])
    assert simulated_history(scene, 1.0, kept=True).command == ()
    assert simulated_history(scene, 1.0, kept=False).command


def test_scale_multiplies_the_customers(scene: Scene):
    command = simulated_history(scene, 2.0, kept=False).command
    assert command[command.index("--customers") + 1] == "2500"


def test_a_history_that_left_nothing_is_a_failure(scene: Scene):
    with pytest.raises(ServiceError, match="empty"):
        history_on_log(scene)("{}")


def test_a_lake_that_nobody_filled_is_not_yet_filled(scene: Scene):
    assert lake_filled(scene)("") is None


def test_sessions_are_waited_for_where_there_are_clicks(scene: Scene):
    nothing = streams_told(scene)("")
    assert nothing is not None
    assert nothing.line == "0 sessions, 0 fraud alerts"
    for topic, record in shop_records():
        scene.log.append(topic, [record])
    assert streams_told(scene)("") is None


def test_gold_without_tables_is_a_failure(scene: Scene):
    with pytest.raises(ServiceError, match="no gold table"):
        gold_built(scene)("")


def test_a_model_that_was_not_promoted_says_so_on_its_line():
    rows = [
        {"use_case": "price", "promoted": True, "sentence": "better: promoted", "version": "1", "metrics": {}},
        {
            "use_case": "fraud",
            "promoted": False,
            "sentence": "not trained: no payments",
            "version": None,
            "metrics": None,
        },
    ]
    told = models_trained(f"some words\n{json.dumps(rows)}\n")
    assert told.line == "1 of 2 promoted: price"
    assert told.more[1].split() == ["fraud", "not", "trained:", "no", "payments"]
    assert not told.facts["fraud"]["promoted"]


def test_the_summary_of_a_command_is_its_last_json_object():
    assert said('{"a": 1}\nwords\n{"b": 2}\nmore words') == {"b": 2}
    assert said("words only") == {}


def test_a_step_is_printed_with_its_seconds_and_its_other_lines_below():
    done = Done(Step("train", lambda output: Told(output)), Told("2 promoted", more=("price better",)), 12.34, 0.0)
    first, second = step_line(done).splitlines()
    assert first.split() == ["train", "2", "promoted", "12.3", "s"]
    assert second.strip() == "price better"


def test_a_real_log_is_found_by_name_or_by_file_with_its_mapping(tmp_path: Path):
    (tmp_path / "tafeng").mkdir()
    (tmp_path / "tafeng" / "ta_feng_raw.parquet").touch()
    assert real_log("tafeng", None, tmp_path).mapping == "tafeng"
    (tmp_path / "sales.csv").touch()
    assert real_log(str(tmp_path / "sales.csv"), Path("m.toml"), tmp_path).mapping == "m.toml"


def test_a_real_log_that_is_not_there_says_where_it_was_looked_for(tmp_path: Path):
    with pytest.raises(NotFound, match=r"no file .*diginetica.*TILLSTREAM_DATA"):
        real_log("diginetica", None, tmp_path)
    with pytest.raises(NotFound, match="a file needs --mapping"):
        real_log("sales.csv", None, tmp_path)
