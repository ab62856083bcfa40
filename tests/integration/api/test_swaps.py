"""Models change under load: real exports, a real pointer, requests that never stop."""

import hashlib
import io
import json
import threading
import time
from pathlib import Path

import httpx
import numpy as np
from tests.unit.apps.api.apis import served
from tests.unit.decisions.small_shelf import CATEGORIES, PER_CATEGORY, product_id, small_snapshot

from tillstream.apps.wiring.api import build_app
from tillstream.core.settings import StoreSettings, load_settings
from tillstream.models.scoring.exports import digest_of, export_folder

PRODUCTS = [product_id(category, number) for category in CATEGORIES for number in range(PER_CATEGORY)]


def price_export(models: Path, version: str, elasticity: float) -> Path:
    """A demand with one elasticity for all, and the pointer to it; the folder of its files."""

    def column(value: float) -> bytes:
        body = io.BytesIO()
        np.save(body, np.full(len(PRODUCTS), value, np.float32), allow_pickle=False)
        return body.getvalue()

    files = {
        "products.json": json.dumps(PRODUCTS).encode(),
        "shop.json": json.dumps({"elasticity": elasticity}).encode(),
        "elasticity.npy": column(elasticity),
        "base.npy": column(1.0),
        "reference_cents.npy": column(1_000.0),
    }
    manifest = {
        "use_case": "price",
        "features": [],
        "trained_on": {},
        "metrics": {},
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
    }
    digest = digest_of(manifest)
    folder = export_folder(models, "price", digest)
    folder.mkdir(parents=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)
    (folder / "manifest.json").write_text(json.dumps(manifest | {"version": version, "created_at": "2026-02-01"}))
    return folder


def point_to(models: Path, folder: Path) -> None:
    """Moves the pointer as a promotion does."""
    serving = models / "serving"
    serving.mkdir(exist_ok=True)
    (serving / "draft").write_text(json.dumps({"digest": folder.name, "version": "?", "promoted_at": "2026-02-01"}))
    (serving / "draft").replace(serving / "price.json")


def test_a_model_is_swapped_under_load_and_a_changed_file_never_serves(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, store=StoreSettings(port=1))  # nobody there: list prices of the snapshot
    models = settings.models_path
    small_snapshot(models / "snapshot")
    first, second, third = (price_export(models, str(n), 2.0 + n) for n in (1, 2, 3))
    (third / "elasticity.npy").write_bytes(b"something else")
    point_to(models, first)
    statuses: list[int] = []
    stop = threading.Event()

    with served(build_app(settings)) as client:

        def ask(client: httpx.Client) -> dict[str, object]:
            answer = client.post("/v1/price", json={"visitor_id": "v", "product_id": "shoes-1"})
            statuses.append(answer.status_code)
            found: dict[str, object] = answer.json()
            return found

        def keep_asking() -> None:
            with httpx.Client(base_url=client.base_url, trust_env=False) as own:
                while not stop.is_set():
                    ask(own)

        def wait_for(model: str) -> None:
            until = time.monotonic() + 20
            while ask(client)["model"] != model:
                assert time.monotonic() < until, f"{model} does not serve"

        threads = [threading.Thread(target=keep_asking) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            wait_for("price@1")
            point_to(models, second)
            wait_for("price@2")
            point_to(models, third)
            until = time.monotonic() + 20
            while 'outcome="refused"' not in client.get("/metrics").text:
                assert time.monotonic() < until, "the changed export was not looked at"
            assert ask(client)["model"] == "price@2", "the one before stays"
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert set(statuses) == {200}
