"""`python -m regiongate.sample`: what it says when it cannot start, and how it stops."""

import signal
import socket
import subprocess
import sys

import pytest

from tests.support.ports import free_port
from tests.support.upstream import start_upstream

COMMAND = [sys.executable, "-m", "regiongate.sample", "--listen"]


def run(listen: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, listen], capture_output=True, text=True, timeout=30, check=False
    )


def test_port_taken(sample_upstream: str) -> None:
    """A taken port is one sentence that names the address and the remedy, and exit code 2."""
    address = sample_upstream.removeprefix("http://")
    outcome = run(address)
    assert outcome.stderr == (
        f"Error: {address} is already in use; pass another --listen or stop its owner.\n"
    )
    assert (outcome.returncode, outcome.stdout) == (2, "")


def test_foreign_address() -> None:
    """An address that this machine does not have is refused with the system's reason."""
    outcome = run("192.0.2.1:8081")
    assert outcome.stderr == (
        "Error: cannot listen on 192.0.2.1:8081: Cannot assign requested address.\n"
    )
    assert outcome.returncode == 2


@pytest.mark.parametrize("listen", ["8081", ":8081", "127.0.0.1", "127.0.0.1:http", "[::1]:99999"])
def test_bad_address(listen: str) -> None:
    """Anything but HOST:PORT is refused with an example of what to write."""
    outcome = run(listen)
    assert f"'{listen}' is not HOST:PORT; write for example 127.0.0.1:8081." in outcome.stderr
    assert outcome.returncode == 2


def test_chosen_port() -> None:
    """The named port is the one that is served, and it is free again after the end."""
    port = free_port()
    with start_upstream(port) as url:
        assert url == f"http://127.0.0.1:{port}"
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_interrupt() -> None:
    """Ctrl-C ends it at once with exit code 0, even while a client holds a connection open."""
    with subprocess.Popen([*COMMAND, "127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as idle:
            # The answer proves that uvicorn's signal handlers are in place.
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert idle.recv(9).startswith(b"HTTP/1.1")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
