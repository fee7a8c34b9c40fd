"""WSGI middleware (PEP 3333): the gate in front of Flask, Django or any other application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from os import PathLike
from typing import TYPE_CHECKING, Any

from regiongate.guard.asked import Asked, Values
from regiongate.guard.guard import Guard
from regiongate.guard.outcome import Passed
from regiongate.guard.stripped import is_ours

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HEADER = "HTTP_"


class RegionGate:
    """Refuses, warns and lets pass what the gateway would, with the same bundle.

    `bundle` is a bundle's folder or a gateway's state directory; `options` are those of `Guard`.
    Bodies are not touched in either direction. Raises CannotRun or ProblemsFound without a bundle.
    """

    def __init__(self, app: WSGIApplication, bundle: str | PathLike[str], **options: Any) -> None:
        self._app = app
        self.guard = Guard(bundle, **options)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, or hand it on."""
        outcome = self.guard.ask(_asked(environ))
        if isinstance(outcome, Passed):
            return self._app(_marked(environ, outcome), _telling(outcome, start_response))
        start_response(_line(outcome.status), list(outcome.headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [outcome.body]


def _marked(environ: WSGIEnvironment, passed: Passed) -> WSGIEnvironment:
    """The request as the API gets it: our headers are ours, and no client's."""
    kept = {
        name: value
        for name, value in environ.items()
        if not (name.startswith(_HEADER) and is_ours(name.removeprefix(_HEADER), passed.untold))
    }
    return kept | {_variable(name): text for name, text in passed.request.items()}


def _asked(environ: WSGIEnvironment) -> Asked:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return Asked(
        peer=environ.get("REMOTE_ADDR") or None,
        # PEP 3333 has the bytes of a path as Latin-1.
        path=path.encode("latin-1").decode("utf-8", "replace"),
        headers=_values(environ),
        query=environ.get("QUERY_STRING", ""),
    )


def _values(environ: WSGIEnvironment) -> Values:
    """A server has joined the values of a header that came several times."""

    def values(name: str) -> list[bytes]:
        found = environ.get(_variable(name))
        return [] if found is None else [found.encode("latin-1")]

    return values


def _telling(passed: Passed, start_response: StartResponse) -> StartResponse:
    """Begin the API's answer with our headers on its head."""
    response = passed.response

    def told(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        kept = [pair for pair in headers if pair[0].lower() not in response]
        if passed.link is not None:
            kept.append(("link", passed.link))
        ours = [*kept, *response.items()]
        if exc_info is None:
            return start_response(status, ours)
        return start_response(status, ours, exc_info)

    return told


def _variable(name: str) -> str:
    return _HEADER + name.upper().replace("-", "_")


def _line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
