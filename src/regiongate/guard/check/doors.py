"""The doors for proxies over HTTP: nginx, Traefik, Caddy and Envoy ask each in its own way.

| path | who asks | passes | is answered here |
|---|---|---|---|
| `/auth-request` | nginx `auth_request` | 204 | 403 without a body: nginx throws it away |
| `/answer` | nginx, for the body | - | whatever the client shall get |
| `/forward-auth` | Traefik `forwardAuth`, Caddy `forward_auth` | 200 | what the client shall get |
| `/ext-authz/…` | Envoy `ext_authz` over HTTP | 200 | what the client shall get |

The self-check has doors of its own, for an answer of status 200 would let the request pass.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from regiongate.compiler.envoy import names
from regiongate.domain.fault import NOT_ROUTED, UNDECIDED
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.guard import words
from regiongate.guard.check.proxied import Lines, asked, asked_by_envoy
from regiongate.guard.check.service import Service, service_of
from regiongate.guard.outcome import Answered, Outcome, Passed
from regiongate.guard.request_id import fresh

EXT_AUTHZ = "/ext-authz"
PEER = names.PREFIX + "peer"
"""The header in which Envoy says the address of the connection itself."""

_NGINX, _FORWARDED = "x-original-uri", "x-forwarded-uri"


async def auth_request(request: Request) -> Response:
    """Whether a request passes; nginx takes no status but 2xx, 401 and 403."""
    outcome = _outcome(request, _target(request, _NGINX))
    if isinstance(outcome, Passed):
        return Response(status_code=204, headers=_told(outcome))
    return Response(status_code=403, headers={"x-request-id": outcome.headers["x-request-id"]})


async def answer(request: Request) -> Response:
    """What a client gets that does not pass."""
    outcome = _outcome(request, _target(request, _NGINX), count=False)
    # Somebody has asked for an answer to a request that needs none.
    return _response(words.faulty(UNDECIDED, fresh()) if isinstance(outcome, Passed) else outcome)


async def forward_auth(request: Request) -> Response:
    """Whether a request passes, and what the client gets where it does not."""
    return _passed_or_answered(_outcome(request, _target(request, _FORWARDED)))


async def ext_authz(request: Request) -> Response:
    """The same for Envoy, which puts the client's own path behind ours."""
    target: bytes = request.scope["raw_path"].removeprefix(EXT_AUTHZ.encode())
    query: bytes = request.scope["query_string"]
    return _passed_or_answered(_envoys(request, target + b"?" + query if query else target))


async def self_check(request: Request) -> Response:
    """The self-check, for a proxy that sends this one path here."""
    outcome = _outcome(request, SELF_CHECK_PATH.encode())
    return _response(words.faulty(UNDECIDED, fresh()) if isinstance(outcome, Passed) else outcome)


async def ext_authz_self_check(request: Request) -> Response:
    """The self-check, to which Envoy sends this one path."""
    outcome = _envoys(request, SELF_CHECK_PATH.encode())
    return _response(words.faulty(UNDECIDED, fresh()) if isinstance(outcome, Passed) else outcome)


def _envoys(request: Request, target: bytes) -> Outcome:
    what = asked_by_envoy(_lines(request), target, request.headers.get(PEER, ""))
    return words.faulty(UNDECIDED, fresh()) if what is None else service_of(request).ask(what)


def _outcome(request: Request, target: bytes | None, *, count: bool = True) -> Outcome:
    """What becomes of the client's request; without its target or its peer nothing is decided."""
    lines = _lines(request)
    what = None if target is None else asked(lines, target)
    if what is None:
        return words.faulty(UNDECIDED, fresh())
    service: Service = service_of(request)
    return service.ask(what, count=count)


def _passed_or_answered(outcome: Outcome) -> Response:
    if isinstance(outcome, Passed):
        return Response(status_code=200, headers=_told(outcome))
    if outcome.status < 300:
        # To the proxy this status would mean that the request passes.
        return _response(words.faulty(NOT_ROUTED, outcome.headers["x-request-id"]))
    return _response(outcome)


def _told(passed: Passed) -> dict[str, str]:
    """What the proxy may hand on: to the API what begins with `x-regiongate-`, the rest back."""
    link = {} if passed.link is None else {"link": passed.link}
    return {**passed.request, **passed.response, **link}


def _response(outcome: Answered) -> Response:
    return Response(outcome.body, outcome.status, dict(outcome.headers))


def _target(request: Request, header: str) -> bytes | None:
    found = request.headers.get(header)
    return None if found is None else found.encode("latin-1")


def _lines(request: Request) -> Lines:
    found: dict[str, list[bytes]] = {}
    for name, value in request.headers.raw:
        found.setdefault(name.decode("latin-1"), []).append(value)
    return found
