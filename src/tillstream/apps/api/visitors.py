"""GET /v1/visitors/{id}/features: what the next decision would know, for the page's live panel."""

import msgspec
from fastapi import APIRouter
from fastapi.responses import Response

from tillstream.apps.api.bodies import VisitorFeatures
from tillstream.apps.api.documentation import answers
from tillstream.apps.api.service import Service
from tillstream.decisions.desk import Lacks
from tillstream.decisions.modes import mode_of
from tillstream.decisions.record.entry import decided_at_text


def router(service: Service) -> APIRouter:
    """The route over this service."""
    routes = APIRouter(tags=["visitors"])

    @routes.get(
        "/v1/visitors/{visitor_id}/features",
        operation_id="show_visitor_features",
        summary="A visitor's live features",
        **answers(VisitorFeatures, None),
    )
    async def show_visitor_features(visitor_id: str, customer_id: str | None = None) -> Response:
        lacks, at_us = Lacks.none(), service.desk.clock()
        ids = {"visitor": visitor_id} | ({"customer": customer_id} if customer_id else {})
        wanted = {entity: [one] for entity, one in ids.items()}
        rows = await service.desk.read(wanted, "recommend", at_us, lacks)
        features = {
            name: value
            for entity, one in ids.items()
            for name, value in (rows.values.get(entity, {}).get(one, {}) if rows else {}).items()
        }
        body = VisitorFeatures(
            at=decided_at_text(at_us),
            position=rows.position if rows else None,
            mode=mode_of(lacks.names),
            features=features,
        )
        return Response(msgspec.json.encode(body), media_type="application/json")

    return routes
