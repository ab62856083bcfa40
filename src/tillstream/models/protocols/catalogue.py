"""The public logs whose files and protocols are known, by name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tillstream.core.errors import NotFound
from tillstream.models.protocols.baskets import measure_baskets
from tillstream.models.protocols.cards import measure_cards
from tillstream.models.protocols.figures import Figures
from tillstream.models.protocols.sessions import measure_sessions

PROTOCOLS: Final[Mapping[str, Callable[..., Figures]]] = {
    "sessions": measure_sessions,
    "baskets": measure_baskets,
    "cards": measure_cards,
}
LOGS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "diginetica": (
        "sessions",
        (
            "sessions_diginetica/diginetica_train_sessions.txt.gz",
            "sessions_diginetica/diginetica_test_prefix_target.txt.gz",
        ),
    ),
    "yoochoose64": (
        "sessions",
        (
            "sessions_yoochoose64/yoochoose1_64_train_sessions.txt.gz",
            "sessions_yoochoose64/yoochoose1_64_test_prefix_target.txt.gz",
        ),
    ),
    "tafeng": ("baskets", ("tafeng/nbr_history.json.gz", "tafeng/nbr_future.json.gz")),
    "fraud_handbook": ("cards", ("fraud_handbook/raw_apr_aug.parquet",)),
}
"""Protocol and files, as they lie under the data folder."""


def measure(name: str, data: Path, files: tuple[Path, ...] = ()) -> Figures:
    """The figures of a known log, or of `files` by the protocol of that name; raises NotFound with all names."""
    if files and name in PROTOCOLS:
        return PROTOCOLS[name](*files)
    if name not in LOGS:
        raise NotFound(f"no log {name!r}; there are {', '.join(LOGS)}; with files: {', '.join(PROTOCOLS)}")
    protocol, known = LOGS[name]
    return PROTOCOLS[protocol](*(data / one for one in known))
