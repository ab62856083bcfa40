"""A snapshot, mapped into memory: nothing is parsed before it is asked for."""

import mmap
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tillstream.decisions.errors import NoSnapshot, SnapshotCorrupt
from tillstream.decisions.snapshot.files import MANIFEST, PRODUCTS, SEARCH, Manifest, current_id

UNKNOWN = -1


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A product as the page shows it; `in_stock` is true where no stock was ever told."""

    product_id: str
    title: str
    category: str
    brand: str | None = None
    description: str | None = None
    price_cents: int
    currency: str
    image: str | None = None
    in_stock: bool = True


_PRODUCT = msgspec.json.Decoder(Product)


class Catalogue:
    """Products by place: 0 … n-1 in the order of their ids. Read only, shared by all threads."""

    def __init__(self, folder: Path) -> None:
        """Raises SnapshotCorrupt where a file is missing or has another length than the manifest says."""
        try:
            self.manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
            self._ids = _array(folder, "product_ids")
            self._offsets = _array(folder, "offsets")
            self.category = _array(folder, "category")
            self.price_cents = _array(folder, "price_cents")
            self.cost_cents = _array(folder, "cost_cents")
            self.on_hand = _array(folder, "on_hand")
            self.popularity = _array(folder, "popularity")
            self.popular = _array(folder, "popular")
            self._taste_ids, self._tastes = _array(folder, "taste_ids"), _array(folder, "tastes")
            self._churn_ids, self._churn = _array(folder, "churn_ids"), _array(folder, "churn")
            self._text = _mapped(folder / PRODUCTS)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise SnapshotCorrupt(f"snapshot {folder.name} cannot be read: {error}") from error
        if len(self._ids) != self.manifest.products or len(self._offsets) != self.manifest.products + 1:
            raise SnapshotCorrupt(f"snapshot {folder.name}: the manifest says {self.manifest.products} products")
        self.search_path = folder / SEARCH

    def __len__(self) -> int:
        return self.manifest.products

    @property
    def snapshot_id(self) -> str:
        """Its id, as records name it."""
        return self.manifest.snapshot_id

    @property
    def made_at_us(self) -> int:
        """When it was made."""
        return self.manifest.made_at_us

    @property
    def categories(self) -> Sequence[str]:
        """Names of the codes in `category`."""
        return self.manifest.categories

    def places_of(self, product_ids: Sequence[str]) -> NDArray[np.int64]:
        """The place of each id; -1 where there is no such product."""
        return _find(self._ids, product_ids)

    def product_ids(self, places: NDArray[Any]) -> list[str]:
        """The ids at these places."""
        return [one.decode() for one in self._ids[places].tolist()]

    def product(self, place: int) -> Product:
        """The product at a place, decoded now."""
        begin, end = int(self._offsets[place]), int(self._offsets[place + 1])
        return _PRODUCT.decode(self._text[begin:end])

    def named(self, product_id: str) -> tuple[int, Product] | None:
        """Place and product of an id."""
        place = int(self.places_of([product_id])[0])
        return None if place < 0 else (place, self.product(place))

    def popular_in(self, category: int) -> NDArray[np.int32]:
        """Places of one category, most popular first."""
        begin, end = self._category_spans[category : category + 2]
        return self._by_category[begin:end]

    @cached_property
    def _by_category(self) -> NDArray[np.int32]:
        order: NDArray[np.int32] = self.popular[np.argsort(self.category[self.popular], kind="stable")]
        return order

    @cached_property
    def _category_spans(self) -> list[int]:
        counts = np.bincount(np.asarray(self.category), minlength=len(self.categories))
        return [0, *np.cumsum(counts).tolist()]

    @cached_property
    def category_counts(self) -> list[tuple[str, int]]:
        """Each category with its number of products, by name."""
        spans = self._category_spans
        counted = [(name, spans[code + 1] - spans[code]) for code, name in enumerate(self.categories)]
        return sorted(pair for pair in counted if pair[1])

    @cached_property
    def categories_by_popularity(self) -> list[int]:
        """Codes of the categories that have products, the one with the most popular product first."""
        codes, first = np.unique(self.category[self.popular], return_index=True)
        found: list[int] = codes[np.argsort(first, kind="stable")].tolist()
        return found

    def warm(self) -> None:
        """Works out what is cached, so that no request pays for it."""
        _ = self._by_category, self._category_spans, self.category_counts, self.categories_by_popularity

    def taste_of(self, *ids: str | None) -> list[int]:
        """Codes of the categories that the first known of these visitors or customers looked at most."""
        for place in _find(self._taste_ids, [one for one in ids if one]).tolist():
            if place >= 0:
                return [code for code in self._tastes[place].tolist() if code >= 0]
        return []

    def churn_of(self, customer_id: str) -> float | None:
        """The last batch score of a customer."""
        place = int(_find(self._churn_ids, [customer_id])[0])
        return None if place < 0 else float(self._churn[place])


def open_current(folder: Path) -> Catalogue:
    """The snapshot that should serve; raises NoSnapshot, SnapshotCorrupt."""
    snapshot_id = current_id(folder)
    if snapshot_id is None:
        raise NoSnapshot(folder)
    return Catalogue(folder / snapshot_id)


def _array(folder: Path, name: str) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    # A plain view of the mapping: memmap's own indexing costs more than the look-up.
    found: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return found


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""


def _find(held: NDArray[np.bytes_], wanted: Sequence[str]) -> NDArray[np.int64]:
    if not wanted or not len(held):
        return np.full(len(wanted), UNKNOWN, np.int64)
    keys = np.array([one.encode() for one in wanted], np.bytes_)
    places = np.minimum(np.searchsorted(held, keys), len(held) - 1)
    return np.where(held[places] == keys, places, UNKNOWN).astype(np.int64)
