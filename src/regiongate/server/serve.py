"""Serve the application of a house until it is stopped."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from typing import Any

import uvicorn

from regiongate.domain.errors import CannotRun
from regiongate.geo.store.catalogue import Catalogue
from regiongate.server.app import create_app
from regiongate.server.house import House
from regiongate.server.observe.request_log import log_to_stderr
from regiongate.server.observe.tracing import traced
from regiongate.server.security.patient import Patient
from regiongate.server.settings import Settings, require_sound
from regiongate.store.database import Database


def serve(settings: Settings, catalogue: Catalogue) -> None:
    """Serve until a signal ends it. Raises CannotRun when it cannot or must not begin."""
    require_sound(settings)
    with closing(Database.open(settings.store_url)) as database:
        house = House(settings, database, catalogue)
        app = create_app(house)
        log_to_stderr()
        with traced(app, database), closing(_bound(settings)) as bound:
            _Server(configured(app), house).run(sockets=[bound])


def configured(app: Any) -> uvicorn.Config:
    """How uvicorn serves an ASGI application of ours."""
    return uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        # Each request is a line of observe/request_log.py already.
        access_log=False,
        lifespan="off",
        log_config=None,
        # Whose word about an address counts is decided in entry/client.py.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


class _Server(uvicorn.Server):
    """Waits for what must not be torn off: after a signal, nothing runs once uvicorn has ended."""

    def __init__(self, config: uvicorn.Config, house: House) -> None:
        super().__init__(config)
        self._house = house

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the requests that are under way, and the letter that is being sent."""
        ended = asyncio.create_task(asyncio.to_thread(self._house.close))
        await super().shutdown(sockets)
        await ended


def _bound(settings: Settings) -> socket.socket:
    where = settings.listen
    try:
        return socket.create_server(
            (where.host, where.port),
            family=socket.AF_INET6 if ":" in where.host else socket.AF_INET,
            backlog=512,
            reuse_port=False,
        )
    except OSError as error:
        raise CannotRun(f"cannot listen on {where}: {error.strerror}") from error
