"""The truth as JSON lines in a folder of its own."""

from pathlib import Path
from typing import Final

import msgspec

from tillstream.core.errors import NotFound
from tillstream.data.sources.world.truth.ledger import BotTruth, CustomerTruth, FraudTruth, ProductTruth, Truth

_FILES: Final = {"customers": CustomerTruth, "products": ProductTruth, "frauds": FraudTruth, "bots": BotTruth}


def write_truth(truth: Truth, folder: Path) -> None:
    """Writes customers.ndjson, products.ndjson, frauds.ndjson and bots.ndjson, replacing those of an earlier run."""
    folder.mkdir(parents=True, exist_ok=True)
    encode = msgspec.json.Encoder().encode_lines
    for name in _FILES:
        (folder / f"{name}.ndjson").write_bytes(encode(getattr(truth, name)))


def read_truth(folder: Path) -> Truth:
    """The truth of a world; raises NotFound where no world wrote one."""
    read = {}
    for name, kind in _FILES.items():
        path = folder / f"{name}.ndjson"
        if not path.exists():
            raise NotFound(f"no truth in {folder}: {path.name} is missing; tillstream sources simulate writes it")
        read[name] = msgspec.json.Decoder(kind).decode_lines(path.read_bytes())
    return Truth(**read)
