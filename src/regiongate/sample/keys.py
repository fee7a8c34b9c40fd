"""Who may ask. Anybody, unless the sample is strict: then only who sends its one key."""

import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample.errors import ApiError

KEY = "sk-sample-0000"
"""No secret: it stands here for everybody to read."""

Answer = Callable[[Request], Awaitable[Response]]


def keyed(answer: Answer) -> Answer:
    """The same answer, for those who may ask; the others get a 401."""

    async def asked(request: Request) -> Response:
        if request.app.state.strict and not secrets.compare_digest(_sent(request), KEY.encode()):
            raise ApiError("Incorrect API key provided.", status=401, code="invalid_api_key")
        return await answer(request)

    return asked


def _sent(request: Request) -> bytes:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = token if scheme.lower() == "bearer" else ""
    return request.headers.get("x-api-key", bearer).encode("latin-1")
