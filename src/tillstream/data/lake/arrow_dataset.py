"""PyArrow's datasets, without the pandas that they would load into every process of the lake."""

from tillstream.core.imports import kept_out

with kept_out("pandas"):
    import pyarrow.dataset as ds

__all__ = ["ds"]
