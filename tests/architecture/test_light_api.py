"""The API loads no engine: it starts in a second, and what it does not load cannot fail it."""

import subprocess
import sys
from pathlib import Path

HEAVY = {"mlflow", "duckdb", "deltalake", "polars", "pandas", "sklearn", "pyspark", "pyflink"}
STARTED = """
import asyncio, sys
from pathlib import Path
from tillstream.apps.wiring.api import build_app
from tillstream.core.settings import load_settings

async def started_and_stopped():
    app = build_app(load_settings(home=Path("home")))
    async with app.router.lifespan_context(app):
        app.openapi()

asyncio.run(started_and_stopped())
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_a_started_api_has_loaded_no_engine(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", STARTED], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(done.stdout.split()) == set()
