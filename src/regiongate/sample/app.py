"""The routes of the sample API in one table."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from regiongate.sample import chat, echo, embeddings, errors, files, messages, models

TOKEN_DELAY = 0.02
"""Seconds between two streamed tokens: about the pace of a real model, and visible to the eye."""

ROUTES: tuple[BaseRoute, ...] = (
    Route("/healthz", echo.healthy),
    Route("/v1/chat/completions", chat.complete, methods=["POST"]),
    Route("/v1/messages", messages.create, methods=["POST"]),
    Route("/v1/models", models.catalogue),
    Route("/v1/models/{id}", models.one),
    Route("/v1/embeddings", embeddings.embed, methods=["POST"]),
    Route("/v1/files", files.upload, methods=["POST"]),
    Route("/v1/echo", echo.reflect),
    WebSocketRoute("/v1/realtime", echo.realtime),
)


def make_app(*, token_delay: float = TOKEN_DELAY) -> Starlette:
    """The sample API as an ASGI application; `token_delay` is the pause in seconds of a stream."""
    app = Starlette(
        routes=ROUTES,
        exception_handlers={
            errors.ApiError: errors.refused,
            HTTPException: errors.unrouted,
            ClientDisconnect: gone,
        },
    )
    app.state.token_delay = token_delay
    return app


async def gone(_request: Request, _error: Exception) -> Response:
    """Nobody reads this answer: a caller that hangs up mid-upload is ordinary, not a traceback."""
    return Response(status_code=400)
