"""GET /healthz, /readyz, /metrics: for those who watch the process."""

import msgspec
from fastapi import APIRouter
from fastapi.responses import Response

from tillstream.apps.api.bodies import Health
from tillstream.apps.api.documentation import answers
from tillstream.apps.api.service import Service
from tillstream.decisions.champions import USE_CASES
from tillstream.decisions.ports import Untrained


def router(service: Service) -> APIRouter:
    """The routes over this service."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz", operation_id="healthz", summary="Whether the process lives", **answers(Health, None))
    async def healthz() -> Response:
        return _json(Health(status="ok"), 200)

    @routes.get(
        "/readyz",
        operation_id="readyz",
        summary="Whether it decides, and with what; a missing model or store is a mode, not a refusal",
        **answers(Health, None),
    )
    async def readyz() -> Response:
        catalogue = service.snapshots.catalogue()
        models = {one: service.champions.current(one) for one in USE_CASES}
        body = Health(
            status="ready",
            snapshot=catalogue.snapshot_id if catalogue is not None else None,
            snapshot_age_seconds=None if catalogue is None else (service.desk.clock() - catalogue.made_at_us) / 1e6,
            models={name: one.why if isinstance(one, Untrained) else one.name for name, one in models.items()},
            store="does not answer" if service.store_is_down() else "answers",
        )
        return _json(body, 200)

    @routes.get("/metrics", operation_id="metrics", summary="Prometheus metrics", response_class=Response)
    async def metrics() -> Response:
        return Response(service.metrics.text(), media_type=service.metrics.content_type)

    return routes


def _json(body: Health, status: int) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
