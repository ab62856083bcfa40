"""`make parity`: each engine's value of each (entity, feature, position), compared bit for bit.

Example: python -m research.parity --triples 100000
         python -m research.parity --replay orders.csv --mapping orders.toml --definitions my_features.py
         python -m research.parity --home var --definitions my_features.py
         python -m research.parity --engines spark
         python -m research.parity --live flink --triples 20000 --customers 60 --days 14
"""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from runpy import run_path

from research.homes import Home, RunFailed, settings_of
from research.parity.engines import ENGINES, engines_over
from research.parity.homes import empty_store, home_of_file, home_of_shop
from research.parity.on_flink import Player, flink, logs_on, play_on_flink
from research.parity.playing import play
from research.parity.proving import prove

from tillstream.adapters.log.sqlite import SqliteLog
from tillstream.apps.wiring.event_log import open_log
from tillstream.data.lake import Lake
from tillstream.features.definitions import Schema, default_schema, schema_of, with_parts
from tillstream.features.logs import FeatureLogs
from tillstream.features.parity import Tally
from tillstream.features.parity.report import lines_of


def main() -> int:
    """Prints how far it is, then the report; 1 when something differs, failed, or nothing has a value, else 0."""
    options = _options()
    root = Path(options.folder or tempfile.mkdtemp(prefix="tillstream-parity-"))
    try:
        tally = _prove(root, options)
    except RunFailed as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if not options.folder:
            shutil.rmtree(root, ignore_errors=True)
    for line in lines_of(tally):
        print(line)
    return int(bool(tally.mismatches) or not tally.valued)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=1_000_000, help="at least so many, if the log has them")
    parser.add_argument("--positions", type=int, default=40, help="at so many positions of the writer")
    parser.add_argument("--customers", type=int, default=400, help="of a simulated shop")
    parser.add_argument("--days", type=int, default=35, help="of that shop's history")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--replay", help="a log of your own instead: a file of events")
    parser.add_argument("--mapping", help="that file's mapping: TOML, or tafeng, fraud_handbook, diginetica")
    parser.add_argument("--home", type=Path, help="a home whose log and lake are taken as they are")
    parser.add_argument("--definitions", help="a Python file whose FEATURES are compared instead of the shop's")
    parser.add_argument("--engines", nargs="*", default=(), choices=ENGINES, help="compared too; `make engines` first")
    parser.add_argument("--live", choices=("embedded", "flink"), default="embedded", help="what keeps live tiles")
    parser.add_argument("--folder", help="keep everything here")
    options = parser.parse_args()
    if options.live == "flink" and options.definitions:
        parser.error("the job on Flink counts the shop's definitions")
    if bool(options.replay) != bool(options.mapping):
        parser.error("--replay and --mapping come together")
    return options


def _prove(root: Path, options: argparse.Namespace) -> Tally:
    begun = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {line}", flush=True)

    schema = _schema(options.definitions)
    if options.home:
        home = Home(options.home, "embedded")
    elif options.replay:
        home = home_of_file(root, options.replay, options.mapping, options.seed, tell)
    else:
        home = home_of_shop(root, options.customers, options.days, options.seed, tell)
    settings = settings_of(home)
    lake, events = Lake(settings.lake_path), open_log(settings)
    positions, seed = options.positions, options.seed
    if options.live == "flink":
        with flink(root) as on:
            logs = logs_on(on, events, root / "updates")
            player = Player(on, logs, schema)
            stops = play_on_flink(player, logs, lake, schema, stops=positions, seed=seed, tell=tell)
    else:
        logs = FeatureLogs(events, SqliteLog(root / "updates"))
        lateness_us = settings.features.lateness_seconds * 10**6
        stops = play(logs, lake, schema, lateness_us=lateness_us, stops=positions, seed=seed, tell=tell)
    with closing(logs), empty_store(root) as store, engines_over(lake, root, options.engines) as of_silver:
        tally = prove(
            logs, lake, store, schema, stops, triples=options.triples, seed=seed, tell=tell, of_silver=of_silver
        )  # fmt: skip
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    valued_ratio = tally.valued / max(tally.triples, 1)
    tell(f"{tally.entities:,} entities at {len(stops)} positions, {valued_ratio:.0%} of the values not their default")
    tell(f"peak memory {peak_bytes / 2**20:,.0f} MB")
    return tally


def _schema(definitions: str | None) -> Schema:
    if definitions is None:
        return default_schema()
    return schema_of(with_parts(run_path(definitions)["FEATURES"]).values())


if __name__ == "__main__":
    sys.exit(main())
