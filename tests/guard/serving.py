"""Servers of a test's own process: an ASGI and a WSGI application on a real port."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from werkzeug.serving import make_server

from regiongate.sample.__main__ import bind


@contextmanager
def asgi(app: Any) -> Iterator[int]:
    """The port of an ASGI application that serves until the block ends."""
    listening = bind("127.0.0.1", 0)
    config = uvicorn.Config(
        app, log_level="warning", proxy_headers=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@contextmanager
def wsgi(app: Any) -> Iterator[int]:
    """The port of a WSGI application that serves until the block ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """A WSGI application with the paths of the sample API that the table asks for."""
    found = environ["PATH_INFO"] in ("/v1/echo", "/healthz")
    headers = {
        name.removeprefix("HTTP_").lower().replace("_", "-"): text
        for name, text in environ.items()
        if name.startswith("HTTP_")
    }
    start_response("200 OK" if found else "404 Not Found", [("content-type", "application/json")])
    return [json.dumps({"headers": headers}).encode()]
