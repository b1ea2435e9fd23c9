"""`gazecast serve`: the HTTP service."""

from __future__ import annotations

import contextlib
import errno
import gc
import logging
import socket
from typing import Annotated

import typer

from gazecast.data.errors import GazecastError


def serve(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on [GAZECAST_HOST, else 127.0.0.1: this machine]."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port to listen on [GAZECAST_PORT, else 8000].", min=0, max=65535),
    ] = None,
) -> None:
    """Serve predictions over HTTP until stopped with Ctrl-C."""
    import uvicorn
    from rich.console import Console

    from gazecast.serve import logs
    from gazecast.serve.app import create_app
    from gazecast.serve.loaded_model import LoadedModel
    from gazecast.serve.settings import read_settings

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    settings = read_settings()
    host = settings.host if host is None else host
    port = settings.port if port is None else port
    model = LoadedModel.from_settings(settings)
    listener = listen(host, port)
    # What it is bound to decides whether keys are required.
    bound = settings.model_copy(update={"host": host, "port": port})
    app = create_app(bound, model.predictor, model.version)
    url = _url(host, listener.getsockname()[1])
    logs.configure()
    served = model.predictor.info.version
    if console.is_terminal:
        curl = "curl -H 'X-API-Key: KEY'" if app.state.policy.keys else "curl"
        console.print(
            f"gazecast serves model {served} on {url}\n"
            f"Try: {curl} -F image=@page.png {url}/v1/predictions\n"
            f" or: {curl} -F image=@page.png -H 'Accept: image/png' -o heatmap.png "
            f"{url}/v1/predictions\n"
            "Ctrl-C stops it.",
            markup=False,
        )
    else:  # the log is a program's to read, from its first line
        logging.getLogger(__name__).info("serving", extra={"url": url, "model": served})
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            server_header=False,
            log_config=None,
            access_log=False,  # the application writes its own, with no paths in it
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
    )
    # What the start has made stays. Full collections hold up every request, some tenths of a second
    # where they look through all of it again.
    gc.collect()
    gc.freeze()
    with contextlib.suppress(KeyboardInterrupt):  # raised again after an orderly shutdown
        server.run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ListenError when the address is unknown, foreign or in use."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        raise ListenError(error, host, port) from error


class ListenError(GazecastError):
    """The service cannot listen at an address."""

    def __init__(self, cause: OSError, host: str, port: int) -> None:
        if cause.errno == errno.EADDRINUSE:
            super().__init__(
                f"Port {port} on {host} is in use. Stop what uses it, or choose another one: "
                "gazecast serve --port 8001"
            )
        else:
            super().__init__(
                f"Cannot listen on {host} port {port}: {cause.strerror}. Choose another --host or "
                "--port."
            )


def _url(host: str, port: int) -> str:
    """The address to type on this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
