"""`python -m regiongate.sample --listen HOST:PORT` serves the sample API until it is stopped."""

import contextlib
import errno
import socket

import click
import uvicorn

from regiongate.sample.app import TOKEN_DELAY, make_app
from regiongate.sample.keys import KEY


class CannotListen(click.ClickException):
    """The address cannot be served on; the message is one sentence with the remedy."""

    exit_code = 2


@click.command()
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default="127.0.0.1:8081",
    show_default=True,
    help="Where to serve; an IPv6 host in brackets, port 0 for any free port.",
)
@click.option(
    "--token-delay-ms",
    type=click.FloatRange(min=0),
    default=TOKEN_DELAY * 1000,
    show_default=True,
    help="The pause between two tokens of a streamed reply.",
)
@click.option(
    "--strict",
    is_flag=True,
    help=f"Refuse models that are not listed, and every key but {KEY}.",
)
def main(listen: str, token_delay_ms: float, *, strict: bool) -> None:
    """Serve a small OpenAI- and Anthropic-compatible API that answers from the prompt alone."""
    bound = bind(*split(listen))
    config = uvicorn.Config(
        make_app(token_delay=token_delay_ms / 1000, strict=strict),
        access_log=False,
        lifespan="off",
        log_level="warning",
        # Otherwise uvicorn believes X-Forwarded-For from this machine, and /v1/echo would report
        # a peer that a client made up.
        proxy_headers=False,
        server_header=False,
        # A stream that is still open must not keep Ctrl-C waiting.
        timeout_graceful_shutdown=1,
    )
    click.echo(f"sample API listening on http://{spell(bound)}")
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[bound])


def split(listen: str) -> tuple[str, int]:
    """The host and port that `HOST:PORT` names, the host without its brackets."""
    host, _, port = listen.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise click.BadParameter(
            f"'{listen}' is not HOST:PORT; write for example 127.0.0.1:8081.",
            param_hint="--listen",
        )
    return host.removeprefix("[").removesuffix("]"), int(port)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket, opened before anything is printed so that the announcement is true."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the protocol is named; with it on, every
    # answer on a kept connection takes 40 ms. socket.create_server leaves the protocol unnamed.
    server = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # Without it, the port of a server stopped a moment ago counts as taken for a minute.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        server.listen(2048)
    except OSError as error:
        server.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"{host}:{port} is already in use; pass another --listen or stop its owner."
            ) from error
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}.") from error
    return server


def spell(bound: socket.socket) -> str:
    """The address of a socket as a URL writes it; with port 0 only the socket knows the port."""
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if bound.family == socket.AF_INET6 else f"{host}:{port}"


if __name__ == "__main__":
    main(prog_name="python -m regiongate.sample")
