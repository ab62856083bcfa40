"""POST /v1/events: one JSON event, or NDJSON with one a line, so that a broken line spoils only itself."""

import secrets

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from tillstream.apps.api import examples
from tillstream.apps.api.bodies import EventsAnswer, Rejection
from tillstream.apps.api.documentation import answers, takes_events
from tillstream.apps.api.problems import problem
from tillstream.apps.api.service import Service

NDJSON = "application/x-ndjson"
_ROUTE = "POST /v1/events"


def router(service: Service) -> APIRouter:
    """The route over this service."""
    routes = APIRouter(tags=["events"])

    @routes.post(
        "/v1/events",
        operation_id="send_events",
        summary="Events of the shop; 202 once they are durable",
        status_code=202,
        **takes_events(
            examples.EVENT_LINE, answers(EventsAnswer, examples.EVENTS_ANSWER, status=202, errors=(413, 415, 422, 503))
        ),
    )
    async def send_events(request: Request) -> Response:
        body = await read_at_most(request, service.max_body_bytes)
        if body is None:
            return problem(413, f"the body is over {service.max_body_bytes} bytes; send it in parts")
        kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if kind not in ("application/json", NDJSON):
            return problem(415, f"{kind} is not read; send application/json or {NDJSON}")
        lines = body.split(b"\n") if kind == NDJSON else [body]
        taken = await service.door.accept(lines, route=_ROUTE, request_id=secrets.token_hex(8))
        service.metrics.events.labels("accepted").inc(taken.accepted)
        service.metrics.events.labels("rejected").inc(len(taken.rejected))
        if not taken.accepted and not taken.rejected:
            return problem(422, 'the body holds no event; a line is {"topic": "clicks.v1", "event": {…}}')
        rejected = [
            Rejection(line=one.line, reasons=list(one.reasons), dead_letter_id=one.dead_letter_id)
            for one in taken.rejected
        ]
        answer = msgspec.json.encode(EventsAnswer(accepted=taken.accepted, rejected=rejected))
        return Response(answer, 202 if taken.accepted else 422, media_type="application/json")

    return routes


async def read_at_most(request: Request, limit: int) -> bytes | None:
    """The body, or None as soon as it is longer than `limit`; nothing more of it is read then."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)
