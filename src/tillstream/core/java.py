"""Whether this machine has a Java that the JVM engines can run on."""

import re
import shutil
import subprocess
from typing import Final

JAVA: Final = 17


def java_lacking() -> str | None:
    """What is wrong, as the end of a sentence (`there is none on PATH`); None where it is new enough."""
    version = _version()
    if version is None:
        return "there is none on PATH"
    return None if version >= JAVA else f"this is Java {version}"


def _version() -> int | None:
    if (java := shutil.which("java")) is None:
        return None
    said = subprocess.run((java, "-version"), capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else None
