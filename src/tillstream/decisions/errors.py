"""Leaves of the error tree that decisions raise."""

from tillstream.core.errors import NotFound, Permanent, TillstreamError, Transient


class RecordNotWritten(TillstreamError, Transient):
    """The record could not be made durable, so the answer must not leave."""


class NoSnapshot(TillstreamError, Transient):
    """There is no local snapshot of the catalogue yet."""

    def __init__(self, folder: object) -> None:
        self.folder = folder
        super().__init__(f"no snapshot in {folder}; make one with `tillstream decisions snapshot`")


class SnapshotCorrupt(TillstreamError, Permanent):
    """A file of a snapshot is missing or does not fit the others."""


class UnknownProduct(NotFound):
    """No product with that id in the catalogue's snapshot."""

    def __init__(self, product_id: str) -> None:
        self.product_id = product_id
        super().__init__(f"no product {product_id!r} in the catalogue; GET /v1/products lists what there is")


class UnknownDecision(NotFound):
    """No record under that id where we looked."""

    def __init__(self, decision_id: str) -> None:
        self.decision_id = decision_id
        super().__init__(
            f"no decision {decision_id!r} in the spool; older ones: `tillstream decisions show {decision_id}`"
        )


class RecordUnreadable(TillstreamError, Permanent):
    """A decision record is not in a form this code can read."""
