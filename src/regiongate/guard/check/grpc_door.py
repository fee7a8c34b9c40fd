"""The door for Envoy's `ext_authz` over gRPC (`envoy.service.auth.v3.Authorization`)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from regiongate.domain.errors import CannotRun
from regiongate.domain.fault import UNDECIDED
from regiongate.guard import words
from regiongate.guard.check import wire
from regiongate.guard.check.proxied import asked_by_envoy
from regiongate.guard.check.service import Service
from regiongate.guard.outcome import Outcome, Passed
from regiongate.guard.request_id import fresh
from regiongate.guard.stripped import is_ours

_SERVICE = "envoy.service.auth.v3.Authorization"
_WORKERS = 4


def serve(service: Service, listen: str) -> tuple[grpc.Server, int]:
    """A server that has begun, and its port; `listen` is HOST:PORT. CannotRun when it is taken."""
    server = grpc.server(ThreadPoolExecutor(_WORKERS), options=[("grpc.so_reuseport", 0)])
    door = _Door(service)
    check = grpc.unary_unary_rpc_method_handler(
        door.check, request_deserializer=wire.read_request, response_serializer=None
    )
    handler = grpc.method_handlers_generic_handler(_SERVICE, {"Check": check})
    server.add_generic_rpc_handlers((handler,))
    try:
        port = int(server.add_insecure_port(listen))
    except RuntimeError as error:
        raise CannotRun(f"cannot listen on {listen}: name another with --grpc-listen") from error
    server.start()
    return server, port


class _Door:
    """Answers Envoy."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def check(self, request: wire.CheckRequest, _: Any) -> bytes:
        """What becomes of one request."""
        outcome = self._outcome(request)
        if not isinstance(outcome, Passed):
            return wire.denied(outcome.status, outcome.headers, outcome.body)
        told = outcome.request
        remove = [
            name for name in request.headers if name not in told and is_ours(name, outcome.untold)
        ]
        return wire.allowed(told, outcome.response, outcome.link, remove)

    def _outcome(self, request: wire.CheckRequest) -> Outcome:
        what = asked_by_envoy(request.headers, request.target.encode("latin-1"), request.peer)
        return words.faulty(UNDECIDED, fresh()) if what is None else self._service.ask(what)
