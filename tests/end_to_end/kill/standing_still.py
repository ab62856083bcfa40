"""A move in a process of its own: `python -m tests.end_to_end.kill.standing_still HOME WORD`.

It stands still where it has said a line with that word, for somebody to kill it.
"""

import sys
import threading
from pathlib import Path

from tillstream.apps.wiring.moving import move_logs
from tillstream.core.settings import Settings


def settings_in(home: Path) -> Settings:
    """The settings of a home, as a process that starts now reads them."""
    return Settings(home=home, log={"lease_seconds": 1}, streaming={"idle_seconds": 1})


def move(home: Path, stand_at: str) -> None:
    """Moves the home to another log on SQLite, so far."""

    def tell(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        if stand_at in line:
            threading.Event().wait()

    settings = settings_in(home)
    move_logs(settings, settings, "embedded", tell)


if __name__ == "__main__":
    move(Path(sys.argv[1]), sys.argv[2])
