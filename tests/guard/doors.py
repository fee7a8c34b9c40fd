"""Every way in which the gate can be asked, each as a port that answers as the gateway would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from regiongate.guard.asgi import RegionGate as AsgiGate
from regiongate.guard.check import grpc_door
from regiongate.guard.check.app import make_app as make_check
from regiongate.guard.check.service import Service
from regiongate.guard.guard import Guard
from regiongate.guard.wsgi import RegionGate as WsgiGate
from regiongate.sample.app import make_app
from tests.guard import forwarding, proxies, serving

Door = Callable[[Path, Path, str], AbstractContextManager[int]]
"""Opens a door over a gateway's state directory, with a folder of its own and an API behind it."""


@contextmanager
def asgi(state: Path, _folder: Path, _upstream: str) -> Iterator[int]:
    """The middleware in front of the sample API in this process."""
    gate = AsgiGate(make_app(), state)
    with serving.asgi(gate) as port:
        yield port
    gate.guard.close()


@contextmanager
def wsgi(state: Path, _folder: Path, _upstream: str) -> Iterator[int]:
    """The middleware in front of a WSGI application."""
    gate = WsgiGate(serving.echo, state)
    with serving.wsgi(gate) as port:
        yield port
    gate.guard.close()


@contextmanager
def checking(state: Path) -> Iterator[int]:
    """The check service over HTTP."""
    guard = Guard(state)
    with serving.asgi(make_check(Service(guard))) as port:
        yield port
    guard.close()


@contextmanager
def auth_request(state: Path, folder: Path, upstream: str) -> Iterator[int]:
    """The real nginx with `auth_request`."""
    with checking(state) as check, proxies.nginx(folder, check, upstream) as port:
        yield port


@contextmanager
def forward_auth(state: Path, _folder: Path, upstream: str) -> Iterator[int]:
    """A proxy that asks as Traefik and Caddy do."""
    with checking(state) as check, serving.asgi(forwarding.make_app(check, upstream)) as port:
        yield port


@contextmanager
def caddy(state: Path, folder: Path, upstream: str) -> Iterator[int]:
    """The real Caddy with `forward_auth`, which believes the proxies that the bundle believes."""
    guard = Guard(state)
    settings = guard.opened.settings
    # Where proxies are counted instead of named, the only one here is the test itself.
    trusted = " ".join(map(str, settings.trusted)) or "127.0.0.0/8"
    app = make_check(Service(guard))
    with serving.asgi(app) as check, proxies.caddy(folder, check, upstream, trusted) as port:
        yield port
    guard.close()


@contextmanager
def ext_authz_http(state: Path, folder: Path, upstream: str) -> Iterator[int]:
    """The real Envoy with `ext_authz` over HTTP."""
    with checking(state) as check, proxies.envoy(folder, check, upstream, grpc=False) as port:
        yield port


@contextmanager
def ext_authz_grpc(state: Path, folder: Path, upstream: str) -> Iterator[int]:
    """The real Envoy with `ext_authz` over gRPC."""
    guard = Guard(state)
    server, check = grpc_door.serve(Service(guard), "127.0.0.1:0")
    with proxies.envoy(folder, check, upstream, grpc=True) as port:
        yield port
    server.stop(0)
    guard.close()


DOORS: dict[str, Door] = {
    "asgi": asgi,
    "wsgi": wsgi,
    "auth-request": auth_request,
    "forward-auth": forward_auth,
    "caddy": caddy,
    "ext-authz-http": ext_authz_http,
    "ext-authz-grpc": ext_authz_grpc,
}
