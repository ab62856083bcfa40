"""Puts the routes together; the only factory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from tillstream import __version__
from tillstream.apps.api import catalogue, decisions, events, operations, page, visitors
from tillstream.apps.api.documentation import describe
from tillstream.apps.api.problems import install_handlers
from tillstream.apps.api.service import Service
from tillstream.apps.api.timing import Timing


def create_app(service: Service) -> FastAPI:
    """The app over these parts; it watches models and snapshots while it runs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        async with service.running():
            yield

    app = FastAPI(
        title="Tillstream",
        version=__version__,
        summary="From a shop's raw events to live decisions.",
        lifespan=lifespan,
        redoc_url=None,
        docs_url=None,
    )
    install_handlers(app)
    for routes in (decisions, catalogue, visitors, events, operations):
        app.include_router(routes.router(service))
    app.include_router(page.router(service.page))
    describe(app)
    app.add_middleware(Timing, metrics=service.metrics)
    return app
