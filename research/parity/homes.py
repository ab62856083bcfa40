"""The log and the lake that a proof stands on: a shop's, simulated and messed with, or your own."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import DEVNULL
from time import monotonic, sleep

from research.conformance.tape import Mess, append_to, messed, read_log
from research.homes import Home, RunFailed, free_ports, settings_of

from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import StoreSettings
from tillstream.operations.stack.processes import launch, stop_all
from tillstream.operations.stack.readiness import Ping
from tillstream.operations.stack.valkey import valkey_command


def home_of_shop(root: Path, customers: int, days: int, seed: int, tell: Callable[[str], None]) -> Home:
    """A simulated shop's log with copies, poison, disorder and lateness, and its lake."""
    world = ("--customers", str(customers), "--days", str(days), "--seed", str(seed), "--until", "2026-10-01T00:00:00Z")
    return _home_of(root, ("sources", "simulate", *world, "--to", "log"), seed, tell)


def home_of_file(root: Path, file: str, mapping: str, seed: int, tell: Callable[[str], None]) -> Home:
    """The log of a file of events, messed with in the same way, and its lake."""
    return _home_of(root, ("sources", "replay", file, "--mapping", mapping), seed, tell)


def _home_of(root: Path, words: tuple[str, ...], seed: int, tell: Callable[[str], None]) -> Home:
    source, home = Home(root / "source", "embedded"), Home(root / "home", "embedded")
    source.run(*words)
    with closing(open_log(settings_of(source))) as log:
        clean = read_log(log)
    with closing(open_log(settings_of(home))) as log:
        count = append_to(log, messed(clean, Mess(seed, late=True)))
    tell(f"{count:,} records on the log: {len(clean):,} events, the rest copies and poison; 6 % of all late")
    home.run("lake", "work", "--until-caught-up")
    tell("all of it in silver")
    return home


@contextmanager
def empty_store(folder: Path) -> Iterator[StoreSettings]:
    """A store of its own, ready; gone at the end."""
    store = StoreSettings(port=free_ports()["store"])
    (folder / "store").mkdir(parents=True, exist_ok=True)
    process = launch(valkey_command(folder, store), DEVNULL, {})
    try:
        until = monotonic() + 10
        while (lacking := Ping(store.host, store.port).lacks(0.0)) is not None:
            if monotonic() > until:
                raise RunFailed(f"the store did not start: {lacking}")
            sleep(0.02)
        yield store
    finally:
        stop_all([process], 2.0)
