"""Importing a library without the optional ones it would load only because they are installed."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType


@contextmanager
def kept_out(*packages: str) -> Iterator[None]:
    """In the block these packages cannot be imported, unless they are loaded already; afterwards they can.

    PyArrow's datasets load pandas (0.5 s, 50 MiB) and LightGBM loads scikit-learn (2 s, 100 MiB), both
    in a `try`, and neither is used by us: five processes of the stack would pay for it.
    """
    finder = _Absent(frozenset(packages))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Absent:
    def __init__(self, packages: frozenset[str]) -> None:
        self._packages = packages

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if name.partition(".")[0] in self._packages:
            raise ModuleNotFoundError(f"{name} is kept out here", name=name)
        return None
