"""The routes of the sample API in one table."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from regiongate.sample import (
    batches,
    chat,
    echo,
    embeddings,
    errors,
    files,
    message_batches,
    messages,
    models,
)
from regiongate.sample.keys import Answer, keyed
from regiongate.sample.shelf import Shelf

TOKEN_DELAY = 0.02
"""Seconds between two streamed tokens: about the pace of a real model, and visible to the eye."""


def _route(path: str, answer: Answer, method: str = "GET") -> Route:
    return Route(path, keyed(answer), methods=[method])


ROUTES: tuple[BaseRoute, ...] = (
    Route("/healthz", echo.healthy),
    _route("/v1/chat/completions", chat.complete, "POST"),
    _route("/v1/messages", messages.create, "POST"),
    _route("/v1/messages/count_tokens", messages.count_tokens, "POST"),
    _route("/v1/messages/batches", message_batches.create, "POST"),
    _route("/v1/messages/batches/{id}", message_batches.one),
    _route("/v1/messages/batches/{id}/cancel", message_batches.cancel, "POST"),
    _route("/v1/messages/batches/{id}/results", message_batches.results),
    _route("/v1/models", models.catalogue),
    _route("/v1/models/{id}", models.one),
    _route("/v1/embeddings", embeddings.embed, "POST"),
    _route("/v1/files", files.upload, "POST"),
    _route("/v1/files/{id}", files.one),
    _route("/v1/files/{id}", files.delete, "DELETE"),
    _route("/v1/files/{id}/content", files.content),
    _route("/v1/batches", batches.create, "POST"),
    _route("/v1/batches/{id}", batches.one),
    _route("/v1/batches/{id}/cancel", batches.cancel, "POST"),
    Route("/v1/echo", echo.reflect),
    WebSocketRoute("/v1/realtime", echo.realtime),
)


def make_app(*, token_delay: float = TOKEN_DELAY, strict: bool = False) -> Starlette:
    """The sample API as an ASGI application.

    `token_delay` is the pause in seconds of a stream. Where it is `strict` it refuses models that
    are not in the catalogue, and every key but its own.
    """
    app = Starlette(
        routes=ROUTES,
        exception_handlers={
            errors.ApiError: errors.refused,
            HTTPException: errors.unrouted,
            ClientDisconnect: gone,
        },
    )
    app.state.token_delay = token_delay
    app.state.strict = strict
    app.state.shelf = Shelf()
    return app


async def gone(_request: Request, _error: Exception) -> Response:
    """Nobody reads this answer: a caller that hangs up mid-upload is ordinary, not a traceback."""
    return Response(status_code=400)
