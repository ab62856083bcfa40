"""Where Spark runs, and what this machine must have for it; knows nothing of Spark itself."""

from pathlib import Path
from typing import Final

from tillstream.core.errors import NotInstalled

NEEDED_JARS: Final = ("delta-spark", "delta-storage", "spark-sql-kafka", "spark-token-provider-kafka", "kafka-clients")


def is_local(master: str) -> bool:
    """Whether the driver is all of it: `local`, `local[2]`."""
    return master == "local" or master.startswith("local[")


def is_loopback(master: str) -> bool:
    """Whether the cluster runs on this machine, so that the driver need not be seen from others."""
    return is_local(master) or master.startswith(("spark://127.", "spark://localhost"))


def jars_in(folder: Path) -> list[Path]:
    """The jars that the wheel lacks; raises NotInstalled that names the first one missing."""
    jars = sorted(folder.glob("*.jar"))
    for name in NEEDED_JARS:
        if not any(jar.name.startswith(name) for jar in jars):
            raise NotInstalled(f"Spark needs {name}*.jar in {folder}; `make engines` fetches it")
    return jars
