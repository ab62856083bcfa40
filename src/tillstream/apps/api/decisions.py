"""POST /v1/{recommendations,price,fraud,churn} and GET /v1/decisions/{id}."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from tillstream.apps.api import examples
from tillstream.apps.api.bodies import Shown
from tillstream.apps.api.documentation import answers, asks
from tillstream.apps.api.service import Service
from tillstream.decisions.answers import ChurnAnswer, FraudAnswer, PriceAnswer, RecommendAnswer
from tillstream.decisions.churn.flow import churn
from tillstream.decisions.desk import Decided, Desk
from tillstream.decisions.errors import RecordNotWritten, UnknownDecision
from tillstream.decisions.fraud.flow import fraud
from tillstream.decisions.price.flow import price
from tillstream.decisions.recommend.flow import recommend
from tillstream.decisions.requests import ChurnRequest, FraudRequest, PriceRequest, RecommendRequest

JSON = "application/json"
R = TypeVar("R")


def router(service: Service) -> APIRouter:
    """The routes over this service."""
    routes = APIRouter(tags=["decisions"])
    _add(routes, service, "/v1/recommendations", RecommendRequest, RecommendAnswer, recommend)
    _add(routes, service, "/v1/price", PriceRequest, PriceAnswer, price)
    _add(routes, service, "/v1/fraud", FraudRequest, FraudAnswer, fraud)
    _add(routes, service, "/v1/churn", ChurnRequest, ChurnAnswer, churn)

    @routes.get(
        "/v1/decisions/{decision_id}",
        operation_id="show_decision",
        summary="A decision's record, while the spool keeps it",
        **answers(Shown, None, errors=(404,)),
    )
    async def show_decision(decision_id: str) -> Response:
        found = await service.desk.recorded(decision_id)
        if found is None:
            raise UnknownDecision(decision_id)
        event = msgspec.json.decode(found)
        body = Shown(
            decision_id=event["event_id"],
            decided_at=event["occurred_at"],
            use_case=event["use_case"],
            mode=event.get("mode", "normal"),
            model=event.get("model"),
            arm=event.get("arm"),
            propensity=event.get("propensity"),
            record=event["record"],
        )
        return Response(msgspec.json.encode(body), media_type=JSON)

    return routes


def _add(
    routes: APIRouter,
    service: Service,
    path: str,
    body: type[R],
    answer: type[Any],
    decide: Callable[[Desk, R], Awaitable[Decided]],
) -> None:
    decoder, metrics = msgspec.json.Decoder(body), service.metrics

    async def decided(request: Request) -> Response:
        asked = decoder.decode(await request.body())
        try:
            made = await decide(service.desk, asked)
        except RecordNotWritten:
            metrics.record_failures.inc()
            raise
        metrics.decisions.labels(made.use_case, made.mode, made.arm).inc()
        return Response(made.body, media_type=JSON)

    name = path.rpartition("/")[2]
    routes.add_api_route(
        path,
        decided,
        methods=["POST"],
        operation_id=f"decide_{name}",
        summary=(body.__doc__ or "").partition("\n")[0],
        **asks(body, examples.REQUESTS[name], answers(answer, examples.ANSWERS[name], errors=(404, 422, 503))),
    )
