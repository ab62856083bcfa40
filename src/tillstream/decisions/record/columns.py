"""The values a scorer read: named float32 columns, packed into one base64 field.

Columns lie one after the other and their bytes are split into four planes before zstd, since the
high bytes of counts, cents and ratios repeat: 100 x 30 values take 2 to 8 KB.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import zstandard
from numpy.typing import NDArray

from tillstream.decisions.errors import RecordUnreadable
from tillstream.decisions.ports import Float32

_LEVEL = 3
_LARGEST_BYTES = 2**24


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A float32 matrix, one row a thing scored, whose columns have names."""

    names: tuple[str, ...]
    matrix: Float32

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[float] | NDArray[np.generic]]) -> "Columns":
        """From named columns of one length."""
        return cls(tuple(columns), np.column_stack([np.asarray(c, np.float32) for c in columns.values()]))

    @classmethod
    def empty(cls) -> "Columns":
        """No rows, no columns."""
        return cls((), np.zeros((0, 0), np.float32))

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    def column(self, name: str) -> Float32 | None:
        """One column, or None where there is no such."""
        try:
            return self.matrix[:, self.names.index(name)]
        except ValueError:
            return None

    def select(self, names: Sequence[str]) -> Float32:
        """These columns in this order, as a scorer reads them; a missing one raises RecordUnreadable."""
        try:
            places = [self.names.index(name) for name in names]
        except ValueError as error:
            raise RecordUnreadable(f"the record has no column {error}; it has {', '.join(self.names)}") from error
        return np.ascontiguousarray(self.matrix[:, places])

    def beside(self, more: "Columns") -> "Columns":
        """These columns and then others with as many rows."""
        return Columns(self.names + more.names, np.hstack((self.matrix, more.matrix)))

    def pack(self) -> str:
        """Base64 of zstd over the byte planes of the columns."""
        little = np.ascontiguousarray(self.matrix.T, dtype="<f4")
        planes = little.view(np.uint8).reshape(-1, 4).T
        return base64.b64encode(zstandard.ZstdCompressor(level=_LEVEL).compress(planes.tobytes())).decode()

    @classmethod
    def unpack(cls, names: Sequence[str], rows: int, packed: str) -> "Columns":
        """Bit for bit what was packed; raises RecordUnreadable where the sizes do not fit."""
        expected = 4 * rows * len(names)
        if expected > _LARGEST_BYTES:
            raise RecordUnreadable(f"`values` would hold {expected} bytes; at most {_LARGEST_BYTES} are read")
        try:
            raw = zstandard.ZstdDecompressor().decompress(base64.b64decode(packed), max_output_size=max(expected, 1))
        except (zstandard.ZstdError, ValueError) as error:
            raise RecordUnreadable(f"`values` is not base64 of zstd: {error}") from error
        if len(raw) != expected:
            raise RecordUnreadable(f"`values` holds {len(raw)} bytes, expected {expected}")
        planes = np.frombuffer(raw, np.uint8).reshape(4, -1)
        flat = np.ascontiguousarray(planes.T).reshape(-1).view("<f4").astype(np.float32)
        return cls(tuple(names), np.ascontiguousarray(flat.reshape(len(names), rows).T))
