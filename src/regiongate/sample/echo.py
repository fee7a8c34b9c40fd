"""What the upstream sees: the request as it arrived, for tests that look behind the gateway."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from regiongate.sample.errors import as_json


async def healthy(_request: Request) -> Response:
    """Say that the server is up, for probes."""
    return as_json({"status": "ok"})


async def reflect(request: Request) -> Response:
    """Answer with the request's headers and peer.

    `headers` joins what came more than once with a comma, as HTTP allows; `header_lines` keeps
    every line in its order, because a duplicate may be the very thing a test is after.
    """
    lines = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw
    ]
    joined: dict[str, str] = {}
    for name, value in lines:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    peer = request.client
    seen = {
        "method": request.method,
        "path": request.url.path,
        "query": request.url.query,
        "http_version": request.scope["http_version"],
        "headers": joined,
        "header_lines": lines,
        "peer": {"address": peer.host, "port": peer.port} if peer else None,
    }
    return as_json(seen)


async def realtime(socket: WebSocket) -> None:
    """Send every message back as it came, text as text and bytes as bytes."""
    offered = socket.scope.get("subprotocols") or []
    # A browser gives up when none of the protocols it offered is chosen; OpenAI's SDK offers
    # `realtime` first and its key after it, which must not be sent back.
    await socket.accept(subprotocol=offered[0] if offered else None)
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])
