import json
from pathlib import Path

import pytest

from tillstream.core.errors import ExportCorrupt, NotFound, NotTrained
from tillstream.models.datasets.matrices import Slot
from tillstream.models.evaluation.intervals import Interval
from tillstream.models.evaluation.trial import Trial
from tillstream.models.registry import find_export, mark_untrained, promote, stored_exports, write_export
from tillstream.models.scoring import load_export
from tillstream.models.training.trained import Trained

MONDAY, TUESDAY = "2026-01-05T00:00:00+00:00", "2026-01-06T00:00:00+00:00"


def trained(body: bytes = b"tree") -> Trained:
    gain = Interval(0.1, 0.05, 0.15, 100)
    trial = Trial("fraud", "average precision", 0.5, 0.4, "the amount", gain, {}, thresholds={"review": 0.6})
    return Trained(trial, (Slot("card__payments_1h", 0.0),), {"until": MONDAY}, {"rounds": 3}, {"trees.txt": body})


def test_a_promoted_export_is_what_serves(tmp_path: Path) -> None:
    export = write_export(tmp_path, trained(), MONDAY)
    promote(tmp_path, export, TUESDAY)
    loaded = load_export(tmp_path, "fraud")
    assert (loaded.digest, loaded.version, loaded.created_at) == (export.digest, "1", MONDAY)
    assert (loaded.features, loaded.defaults) == (("card__payments_1h",), (0.0,))
    assert loaded.files == {"trees.txt": b"tree"}
    assert loaded.metrics["thresholds"] == {"review": 0.6}
    pointer = json.loads((tmp_path / "serving" / "fraud.json").read_text())
    assert pointer == {"digest": export.digest, "version": "1", "promoted_at": TUESDAY}


def test_the_same_content_is_one_export_whenever_it_was_made(tmp_path: Path) -> None:
    first, again = (write_export(tmp_path, trained(), at) for at in (MONDAY, TUESDAY))
    assert first == again
    other = write_export(tmp_path, trained(b"another tree"), TUESDAY)
    assert [one.version for one in stored_exports(tmp_path, "fraud")] == ["1", "2"]
    assert find_export(tmp_path, "fraud", "2") == find_export(tmp_path, "fraud", other.digest[:8]) == other


@pytest.mark.parametrize("name", ["trees.txt", "manifest.json"])
def test_a_changed_file_never_serves(tmp_path: Path, name: str) -> None:
    export = write_export(tmp_path, trained(), MONDAY)
    promote(tmp_path, export, MONDAY)
    path = tmp_path / "exports" / "fraud" / export.digest / name
    path.write_bytes(path.read_bytes().replace(b"tree", b"twig").replace(b"0.5", b"0.9"))
    with pytest.raises(ExportCorrupt, match=export.digest[:12]):
        load_export(tmp_path, "fraud")


def test_a_corrupt_export_does_not_move_the_pointer(tmp_path: Path) -> None:
    good, bad = (write_export(tmp_path, trained(body), MONDAY) for body in (b"good", b"bad"))
    promote(tmp_path, good, MONDAY)
    (tmp_path / "exports" / "fraud" / bad.digest / "trees.txt").unlink()
    with pytest.raises(ExportCorrupt):
        promote(tmp_path, bad, TUESDAY)
    assert load_export(tmp_path, "fraud").digest == good.digest


def test_what_was_not_trained_says_why_until_something_serves(tmp_path: Path) -> None:
    mark_untrained(tmp_path, "fraud", "no payments in this log")
    with pytest.raises(NotTrained, match="fraud: not trained: no payments in this log"):
        load_export(tmp_path, "fraud")
    promote(tmp_path, write_export(tmp_path, trained(), MONDAY), MONDAY)
    mark_untrained(tmp_path, "fraud", "no payments any more")
    assert load_export(tmp_path, "fraud").version == "1"
    assert not (tmp_path / "serving" / "fraud.untrained.json").exists()


def test_an_export_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    write_export(tmp_path, trained(), MONDAY)
    with pytest.raises(NotFound, match="there are: 1"):
        find_export(tmp_path, "fraud", "7")
