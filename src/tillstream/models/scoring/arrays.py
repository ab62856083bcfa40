"""Arrays as `.npy` bytes and back, never with a pickle."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray


def array_of(body: bytes) -> NDArray[Any]:
    """The array in the bytes of a `.npy` file; read-only, so that a served model cannot change."""
    array: NDArray[Any] = np.load(io.BytesIO(body), allow_pickle=False)
    array.flags.writeable = False
    return array


def bytes_of(array: NDArray[Any]) -> bytes:
    """The bytes of a `.npy` file."""
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()
