"""`tillstream serve`: the API with the storefront, one process."""

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Another port than the settings name.")] = None,
) -> None:
    """Serves the API and the storefront until Ctrl-C. Example: tillstream serve --port 8420."""
    import uvicorn

    from tillstream.apps.wiring.api import build_app
    from tillstream.core.settings import load_settings
    from tillstream.core.telemetry import configure_logging

    settings = load_settings()
    configure_logging("api")
    uvicorn.run(
        build_app(settings),
        host=settings.serving.host,
        port=port or settings.serving.port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
