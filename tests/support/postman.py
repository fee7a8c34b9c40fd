"""A process whose children deliver, each until it kills itself at the step that it is told.

It is a program of its own, because a process without threads can be forked quickly and safely:
`python -m tests.support.postman` reads an order a line and answers each with a line.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from regiongate.control.notices.deliver import Delivery, Patience
from regiongate.control.notices.send import send_due
from regiongate.notify.schedule import Schedule
from regiongate.notify.settings import Relay, Security
from regiongate.store.database import Database

HOUR = timedelta(hours=1)
PATIENCE = Patience(sending=HOUR / 2, ending=HOUR / 2)

_EVENTS = ("before_cursor_execute", "after_cursor_execute", "commit")


@dataclass(frozen=True)
class Order:
    """What children do: deliver from a store to a port as of an instant, one process for each of
    `deaths`, which says before which step it dies (0: it does not), with `threads` workers.
    """

    url: str
    port: int
    at: datetime
    deaths: tuple[int, ...] = (0,)
    threads: int = 1


class Postman:
    """Forks the children."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def deliver(self, order: Order) -> list[bool]:
        """Wait for the children of an order; which of them were killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        said = {
            "url": order.url,
            "port": order.port,
            "at": order.at.isoformat(),
            "deaths": order.deaths,
            "threads": order.threads,
        }
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        codes = json.loads(self._process.stdout.readline())
        assert set(codes) <= {0, -signal.SIGKILL}, codes
        return [code != 0 for code in codes]


@contextmanager
def postman() -> Iterator[Postman]:
    """A running one."""
    command = [sys.executable, "-m", "tests.support.postman"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Postman(process)
        assert process.stdin is not None
        process.stdin.close()


def delivery_of(database: Database, at: datetime, **more: Any) -> Delivery:
    """A delivery whose clock begins at an instant."""
    begun = time.monotonic()
    known: dict[str, Any] = {
        "schedule": Schedule(),
        "patience": PATIENCE,
        "actor": "regiongate",
        "now": lambda: at + timedelta(seconds=time.monotonic() - begun),
        "hear": lambda *_: None,
        "stop": lambda: False,
    }
    return Delivery(database=database, **(known | more))


def _main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        children = [_fork(order, death) for death in order["deaths"]]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print(json.dumps(codes), flush=True)  # noqa: T201


def _fork(order: dict[str, Any], death: int) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _deliver(order, death)
            code = 0
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)  # noqa: T201
        finally:
            os._exit(code)
    return child


def _deliver(order: dict[str, Any], death: int) -> None:
    database = Database.open(order["url"])
    if death:
        _die_at(database.engine, death)
    delivery = delivery_of(database, datetime.fromisoformat(order["at"]))
    relay = Relay("localhost", order["port"], Security.NONE, messages_a_minute=None)
    send_due(delivery, relay, "example.com", order["threads"])
    database.close()


def _die_at(engine: sa.Engine, death: int) -> None:
    """Count the steps: each statement and commit, each packet that is sent, each answer read."""
    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps >= death:
            os.kill(os.getpid(), signal.SIGKILL)

    for event in _EVENTS:
        sa.event.listen(engine, event, step)
    for of, name in (
        (socket.socket, "send"),
        (socket.socket, "sendall"),
        (socket.SocketIO, "readinto"),
    ):
        _around(of, name, step)


def _around(of: Any, name: str, step: Any) -> None:
    known = getattr(of, name)

    def wrapped(*arguments: Any) -> Any:
        step()
        result = known(*arguments)
        step()
        return result

    setattr(of, name, wrapped)


if __name__ == "__main__":
    _main()
