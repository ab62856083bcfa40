import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.decisions.desks import champion

from tillstream.core.errors import ExportCorrupt
from tillstream.decisions.champions import ChampionWatch
from tillstream.decisions.ports import Champion, Untrained


class Exports:
    """A folder of pointers and a loader that knows some digests."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.good, self.loads, self.swaps = folder, {"a", "b"}, [], []
        self.watch = ChampionWatch(folder, self.load, on_swap=lambda *what: self.swaps.append(what))

    def load(self, use_case: str, digest: str) -> Champion[Any]:
        self.loads.append(digest)
        if digest == "explodes":
            raise RuntimeError("LightGBM: model format error")
        if digest not in self.good:
            raise ExportCorrupt(f"{digest} is not what its manifest says")
        return Champion(use_case, digest, "1", (), (), {}, object())

    def point(self, digest: str) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "fraud.json").write_text(json.dumps({"digest": digest, "version": "1"}))
        self.watch.look()

    def serving(self) -> str:
        held = self.watch.current("fraud")
        return held.lack if isinstance(held, Untrained) else held.digest


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path / "serving")


def test_a_pointer_that_moves_swaps_the_champion_once(exports: Exports) -> None:
    exports.point("a")
    exports.point("a")
    exports.point("b")
    assert (exports.serving(), exports.loads) == ("b", ["a", "b"])
    assert exports.swaps == [("fraud", "swapped")] * 2


def test_a_corrupt_export_never_serves_and_is_read_once(exports: Exports) -> None:
    exports.point("bad")
    exports.watch.look()
    assert (exports.serving(), exports.loads) == ("model_missing", ["bad"])
    exports.point("explodes")
    assert exports.serving() == "model_missing"
    exports.point("a")
    exports.point("worse")
    assert exports.serving() == "a", "the one before stays"


def test_why_there_is_no_model_is_told_in_the_trainers_words(exports: Exports) -> None:
    exports.folder.mkdir()
    (exports.folder / "fraud.untrained.json").write_text('{"why": "no payments in this log"}')
    exports.watch.look()
    held = exports.watch.current("fraud")
    assert isinstance(held, Untrained)
    assert held.why == "not trained: no payments in this log"


def test_a_champion_goes_by_its_use_case_and_version() -> None:
    assert champion("fraud", object()).name == "fraud@3"
