"""`tillstream serve`: the API with the storefront, one process."""

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Another port than the settings name.")] = None,
) -> None:
    """Serves the API and the storefront until Ctrl-C. Example: tillstream serve --port 8420."""
    import gc
    import socket

    import uvicorn

    from tillstream.apps.wiring.api import build_app, refuse_open_address
    from tillstream.core.errors import PortTaken
    from tillstream.core.settings import load_settings
    from tillstream.core.telemetry import configure_logging

    # A decision makes many short-lived containers and few cycles; looking for them at the usual pace shows in p99.
    gc.set_threshold(50_000, 20, 50)
    settings = load_settings()
    configure_logging("api")
    refuse_open_address(settings.serving)
    wanted = port or settings.serving.port
    try:
        listener = socket.create_server((settings.serving.host, wanted), backlog=2_048)
    except OSError as error:
        raise PortTaken("the API", wanted, "another process", "TILLSTREAM_SERVING__PORT") from error
    config = uvicorn.Config(
        build_app(settings),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[listener])
