"""A tape through one set alone, and through a home that is moved in the middle of it, there and back.

What the set reads last before a move is left unread: it is appended just before the stack is stopped.
"""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from research.conformance.comparing import Compared, compare, differing_rows
from research.conformance.passing import settle
from research.conformance.tape import Mess, Taped, append_to, messed, read_log
from research.conformance.tape import closing as closing_events
from research.homes import Home, settings_of, stack

from tillstream.adapters.store import WritingStore
from tillstream.apps.wiring.event_log import open_log
from tillstream.core.settings import StoreSettings
from tillstream.data.lake import Lake
from tillstream.features.definitions import default_schema
from tillstream.features.online.position import POSITION, PREFIX
from tillstream.features.online.rows import FeatureRows

WITHOUT: Final = ("api", "scheduler")
UNREAD_RATIO: Final = 0.15
"""Of each part: appended just before the stack is stopped."""
DAYS: Final = 4
EVENTS_A_CUSTOMER: Final = 45
_AT_ONCE: Final = 2_000

Tell = Callable[[str], None]
Values = dict[str, dict[str, dict[str, Any]]]


def compare_moved(root: Path, events: int, seed: int, sets: Sequence[str], tell: Tell, *, live: str) -> int:
    """Prints one line a table and one for the features, which `live` keeps; the number that differ."""
    tape = _tape(root / "source", events, seed)
    tell(f"a tape of {len(tape):,} records")
    at_us = tape[-1].received_at_us
    alone = Home(root / "alone", "embedded")
    one = _live(alone, [tape], at_us, tell)
    ways = (*sets, sets[0])
    first, second = len(tape) * 2 // 5, len(tape) * 7 // 10
    home = Home(root / "moved", ways[0], live_features=live)
    other = _live(home, [tape[:first], tape[first:second], tape[second:]], at_us, tell, ways)
    lakes = Lake(alone.path / "lake"), Lake(home.path / "lake")
    lines = [Compared("features", _told(one), _told(other)), *compare(*lakes, late=False, moved=True)]
    for line in lines:
        verdict = "equal " if line.equal else "DIFFER"
        print(f"{verdict}  {line.table:<26} {line.one}" + ("" if line.equal else f"  {line.other}"))
        if not line.equal:
            rows = differing_rows(*lakes, line.table) if "." in line.table else _differing(one, other)
            print(*(f"        {row}" for row in rows), sep="\n")
    return sum(not line.equal for line in lines)


def _tape(folder: Path, events: int, seed: int) -> list[Taped]:
    source = Home(folder, "embedded")
    customers = max(20, round(events / EVENTS_A_CUSTOMER))
    words = ("--customers", str(customers), "--days", str(DAYS), "--seed", str(seed))
    source.run("sources", "simulate", "--to", "log", *words, "--json")
    with closing(open_log(settings_of(source))) as log:
        tape = messed(read_log(log), Mess(seed))
    return tape + closing_events(tape[-1].received_at_us)


def _live(
    home: Home, parts: Sequence[Sequence[Taped]], at_us: int, tell: Tell, ways: Sequence[str] = ("embedded",)
) -> Values:
    """The features at the end; between two parts the home is moved to the next of `ways`."""
    for number, (part, way) in enumerate(zip(parts, ways, strict=True)):
        if number:
            said = home.run("stack", "move", "--to", way, "--json")
            tell(f"moved to {way}: {said['carried']:,} records carried, {said['old_log_bytes']:,} bytes left behind")
        home = replace(home, engines=way)
        is_last = part is parts[-1]
        unread = 0 if is_last else round(UNREAD_RATIO * len(part))
        with stack(home, without=WITHOUT), closing(open_log(settings_of(home))) as log:
            append_to(log, part[: len(part) - unread])
            settle(log)
            if is_last:
                home.run("streaming", "correct", "--json")
                settle(log)
                home.run("features", "release", "--until-stored", "--json")
                values = _values(home, at_us)
            append_to(log, part[len(part) - unread :])
        tell(f"{way}: {len(part):,} records, {unread:,} of them appended at its end")
    home.run("lake", "gold", "--json")
    tell(f"the store began {_fillings(home)} times to be filled")
    return values


def _values(home: Home, at_us: int) -> Values:
    """Every feature of every entity that the store has a row of."""
    with closing(WritingStore(StoreSettings(port=home.ports["store"]))) as store:
        keys = sorted(key for key in store.keys(PREFIX) if key != POSITION)
        rows: dict[str, dict[str, bytes | None]] = {}
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            for key, row in zip(part, store.mget(part), strict=True):
                entity, _, one = key.removeprefix(PREFIX).partition(":")
                rows.setdefault(entity, {})[one] = row
    schema = default_schema()
    return FeatureRows.of(schema, tuple(schema.features.values()), rows, at_us=at_us, position="").values


def _told(values: Values) -> str:
    count = sum(len(features) for rows in values.values() for features in rows.values())
    return f"{count}:{sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]}"


def _differing(one: Values, other: Values, most: int = 5) -> list[str]:
    found = []
    for entity in sorted({*one, *other}):
        here, there = one.get(entity, {}), other.get(entity, {})
        for key in sorted({*here, *there}):
            mine, its = here.get(key, {}), there.get(key, {})
            names = [name for name in sorted({*mine, *its}) if mine.get(name) != its.get(name)]
            found += [f"{name} of {key}: {mine.get(name)} alone, {its.get(name)} moved" for name in names]
    return found[:most]


def _fillings(home: Home) -> int:
    return len(re.findall("store_filling_began", (home.path / "logs" / "features.log").read_text(errors="replace")))
