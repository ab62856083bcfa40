"""Leaving out what bots did, wherever people are counted or learned from."""

from typing import Any

import pyarrow.compute as pc


def without_bots(name: str, where: Any = None) -> Any:
    """The pyarrow filter `where` for a table; of silver.clicks it takes people's only.

    A click that was landed before bots were told apart counts as a person's until silver is built anew.
    """
    if name != "silver.clicks":
        return where
    people = ~pc.coalesce(pc.field("is_bot"), pc.scalar(value=False))
    return people if where is None else where & people
