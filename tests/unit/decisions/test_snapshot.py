from pathlib import Path

import pytest
from tests.unit.decisions.small_shelf import MADE_AT_US, small_snapshot, stocked

from tillstream.decisions.errors import NoSnapshot, SnapshotCorrupt
from tillstream.decisions.snapshot.catalogue import Catalogue, open_current
from tillstream.decisions.snapshot.files import current_id, new_snapshot
from tillstream.decisions.snapshot.shelf import SnapshotWatch


def test_products_are_found_by_id_and_by_popularity(tmp_path: Path) -> None:
    shelf = small_snapshot(tmp_path, [stocked("toys", 3), stocked("shoes", 1), stocked("shoes", 0)])
    assert shelf.places_of(["shoes-1", "nothing", "toys-3", ""]).tolist() == [1, -1, 2, -1]
    assert shelf.product_ids(shelf.popular) == ["shoes-0", "shoes-1", "toys-3"]
    assert shelf.product_ids(shelf.popular_in(0)) == ["shoes-0", "shoes-1"]
    assert shelf.category_counts == [("shoes", 2), ("toys", 1)]


def test_ids_of_any_length_and_script_are_told_apart(tmp_path: Path) -> None:
    ids = ["ä", "a", "aa", "a\u0000b"[:1] + "b", "x" * 64, "日本"]
    shelf = small_snapshot(tmp_path, [stocked("shoes", 1)], churn={one: n / 10 for n, one in enumerate(ids)})
    assert [shelf.churn_of(one) for one in ids] == [pytest.approx(n / 10) for n in range(len(ids))]
    assert shelf.churn_of("x" * 65) is None


def test_a_snapshot_is_whole_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot):
        open_current(tmp_path)
    small_snapshot(tmp_path)
    before = current_id(tmp_path)
    with pytest.raises(ZeroDivisionError), new_snapshot(tmp_path, "s-broken"):
        raise ZeroDivisionError
    assert current_id(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [before]


def test_only_the_serving_snapshot_and_the_one_before_are_kept(tmp_path: Path) -> None:
    made = [small_snapshot(tmp_path, made_at_us=MADE_AT_US + n).snapshot_id for n in range(4)]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == made[2:]


def test_a_snapshot_that_lost_a_file_is_refused_and_the_one_before_serves_on(tmp_path: Path) -> None:
    first = small_snapshot(tmp_path)
    watch = SnapshotWatch(tmp_path)
    assert watch.look()
    second = small_snapshot(tmp_path, made_at_us=MADE_AT_US + 1)
    (tmp_path / second.snapshot_id / "popular.npy").unlink()
    with pytest.raises(SnapshotCorrupt, match=second.snapshot_id):
        Catalogue(tmp_path / second.snapshot_id)
    assert not watch.look()
    third = small_snapshot(tmp_path, made_at_us=MADE_AT_US + 2)
    (tmp_path / third.snapshot_id / "search.db").unlink()
    assert not watch.look()
    shelf = watch.shelf
    assert shelf is not None
    assert shelf.catalogue.snapshot_id == first.snapshot_id
    watch.close()
