"""Whether this machine has a Java that the JVM engines can run on."""

import os
import re
import shutil
import subprocess
from typing import Final

from tillstream.core.errors import NotInstalled

JAVA: Final = 17
BRISK: Final = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"
"""Options for processes that live for minutes: making hot code fast takes half of their first minutes on two cores.

The one compiler left has room for 48 MiB of code unless told; Spark's is more, and the rest would be interpreted.
"""


def java_lacking() -> str | None:
    """What is wrong, as the end of a sentence (`there is none on PATH`); None where it is new enough."""
    version = _version()
    if version is None:
        return "there is none on PATH"
    return None if version >= JAVA else f"this is Java {version}"


def require_java(engines: str) -> None:
    """Raises NotInstalled, one sentence, unless the engines so called can run here."""
    if there := java_lacking():
        raise NotInstalled(
            f"Java {JAVA} or newer is needed for {engines}, and {there}; install it (Debian: openjdk-17-jre-headless), "
            "or use TILLSTREAM_ENGINES__SET=embedded, which needs none"
        )


def brisk_java() -> dict[str, str]:
    """What tells every Java that is started with it in its environment; what the user told it holds."""
    return {"JDK_JAVA_OPTIONS": f"{BRISK} {os.environ.get('JDK_JAVA_OPTIONS', '')}".strip()}


def _version() -> int | None:
    if (java := shutil.which("java")) is None:
        return None
    said = subprocess.run((java, "-version"), capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(?:1\.)?(\d+)', said)  # 8 and older call themselves 1.8
    return int(found[1]) if found else None
