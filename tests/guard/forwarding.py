"""A proxy that asks another server first, as Traefik's `forwardAuth` and Caddy's do."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_SELF_CHECK = "/.well-known/region-access"
_HOP = {"connection", "content-length", "transfer-encoding", "date", "server", "content-encoding"}


def make_app(check: int, upstream: str) -> Starlette:
    """The proxy in front of an API, over the check service on a port."""
    service = f"http://127.0.0.1:{check}"

    async def pass_on(request: Request) -> Response:
        raw = request.scope["raw_path"].decode()
        uri = f"{raw}?{request.url.query}" if request.url.query else raw
        headers = _appended(request)
        async with httpx.AsyncClient() as client:
            if raw == _SELF_CHECK:
                return _copied(await client.get(service + _SELF_CHECK, headers=headers))
            asking = [*headers, ("x-forwarded-uri", uri)]
            said = await client.get(f"{service}/forward-auth", headers=asking)
            if not said.is_success:
                return _copied(said)
            ours = {k: v for k, v in said.headers.items() if k.startswith("x-regiongate-")}
            kept = [(k, v) for k, v in headers if not k.startswith("x-regiongate-")]
            url = httpx.URL(upstream, raw_path=uri.encode())
            answer = await client.get(url, headers=[*kept, *ours.items()])
            return _copied(answer, {"x-request-id": said.headers["x-request-id"]})

    return Starlette(routes=[Route("/{path:path}", pass_on)])


def _appended(request: Request) -> list[tuple[str, str]]:
    """The client's headers, with its address as the last part of `X-Forwarded-For`."""
    assert request.client is not None
    found = request.headers.getlist("x-forwarded-for")
    kept = [(k, v) for k, v in request.headers.items() if k not in ("x-forwarded-for", "host")]
    return [*kept, ("x-forwarded-for", ", ".join([*found, request.client.host]))]


def _copied(answer: httpx.Response, more: dict[str, str] | None = None) -> Response:
    headers = {k: v for k, v in answer.headers.items() if k not in _HOP}
    return Response(answer.content, answer.status_code, {**headers, **(more or {})})
