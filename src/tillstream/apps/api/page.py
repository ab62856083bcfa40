"""The storefront's files at /, or one sentence on how to build it."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

UNBUILT = (
    "<!doctype html><html lang=en><title>Tillstream</title>"
    "<p>The storefront is not built into this copy: run <code>make storefront</code>; "
    "the API is at <a href=/openapi.json>/openapi.json</a>.</p></html>"
)
_FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
_FRESH = {"cache-control": "no-cache"}


def router(folder: Path) -> APIRouter:
    """Files of `folder`; any path without a file and without a dot is the page itself, which routes by itself."""
    routes = APIRouter(include_in_schema=False)
    index = folder / "index.html"

    @routes.get("/{path:path}")
    async def page(path: str) -> Response:
        root = folder.resolve()
        file = (root / path).resolve()
        if path.startswith(("v1/", "v1")) or not file.is_relative_to(root):
            raise HTTPException(404)
        if path and file.is_file():
            return FileResponse(file, headers=_FOREVER if path.startswith("assets/") else _FRESH)
        if "." in path.rpartition("/")[2]:
            raise HTTPException(404)
        if not index.is_file():
            return HTMLResponse(UNBUILT)
        return FileResponse(index, headers=_FRESH)

    return routes
