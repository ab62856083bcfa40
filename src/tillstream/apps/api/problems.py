"""Errors as application/problem+json (RFC 9457): what, where, what to do next."""

from http import HTTPStatus

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from tillstream.core.errors import NotFound, TillstreamError, Transient
from tillstream.core.telemetry import logger

MEDIA_TYPE = "application/problem+json"
_LOG = logger(__name__)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every error."""

    type: str
    title: str
    status: int
    detail: str


def problem(status: int, detail: str, kind: str | None = None) -> Response:
    """A response for an error; `kind` names it for programs, the detail for people."""
    title = HTTPStatus(status).phrase
    name = kind or title.lower().replace(" ", "-")
    body = Problem(type=f"urn:tillstream:problem:{name}", title=title, status=status, detail=detail)
    headers = {"retry-after": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Response(msgspec.json.encode(body), status, headers, MEDIA_TYPE)


def install_handlers(app: FastAPI) -> None:
    """Every error of ours, of the framework and of a bug becomes a problem."""
    app.add_exception_handler(TillstreamError, _ours)
    app.add_exception_handler(msgspec.MsgspecError, _unreadable)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _ours(request: Request, error: Exception) -> Response:
    del request
    status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, Transient) else 500
    return problem(status, str(error), _kebab(type(error).__name__))


async def _unreadable(request: Request, error: Exception) -> Response:
    del request
    detail = str(error).replace("`$.", "`").replace("`$`", "the body")
    return problem(422, f"{detail}; the body's form is in /openapi.json", "body-invalid")


async def _parameters(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, RequestValidationError):
        raise TypeError(error)
    found = [f"`{one['loc'][-1]}`: {one['msg']}" for one in error.errors()]
    return problem(422, "; ".join(found), "parameter-invalid")


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError(error)
    detail = error.detail if error.status_code != 404 else f"nothing at {request.url.path}; routes are in /openapi.json"
    return problem(error.status_code, detail)


async def _bug(request: Request, error: Exception) -> Response:
    _LOG.error("request_failed", route=request.url.path, exc_info=error)
    return problem(500, "this is a bug in Tillstream; its log has the traceback")


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
