"""Load on kept connections from a process of its own: every answer counted, none forgiven."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Load:
    """What the clients met, known once the block of `load_on` has ended.

    `statuses` counts the answers by the client's address and status; `spans` says of each when it
    was first received and when it was last asked for, in seconds since the epoch; `failures` are
    connections that broke or answers that could not be read.
    """

    statuses: dict[str, dict[int, int]] = field(default_factory=dict)
    spans: dict[str, dict[int, tuple[float, float]]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def answers(self) -> int:
        """All answers."""
        return sum(sum(counted.values()) for counted in self.statuses.values())


@contextmanager
def load_on(port: int, addresses: Sequence[str], connections: int = 50) -> Iterator[Load]:
    """Keep connections busy, shared among the addresses, while the block runs."""
    command = [sys.executable, "-m", "tests.support.load", str(port), str(connections), *addresses]
    found = Load()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        yield found
        printed, _ = process.communicate("stop\n", timeout=30)
    content = json.loads(printed)
    found.failures = content["failures"]
    for address, answers in content["answers"].items():
        rows = {int(status): row for status, row in answers.items()}
        found.statuses[address] = {status: count for status, (count, *_) in rows.items()}
        found.spans[address] = {status: (first, last) for status, (_, first, last) in rows.items()}


Answers = dict[int, tuple[int, float, float]]
"""By status: how many, when the first was received, when the last was asked for."""


async def _client(
    port: int, address: str, answers: Answers, failures: list[str], stop: asyncio.Event
) -> None:
    """One connection, never opened again: losing it is a failure."""
    request = f"GET /healthz HTTP/1.1\r\nhost: load\r\nx-forwarded-for: {address}\r\n\r\n".encode()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while not stop.is_set():
            asked = time.time()
            writer.write(request)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            status = int(head.split(b" ", 2)[1])
            count, first, last = answers.get(status, (0, time.time(), asked))
            answers[status] = (count + 1, first, max(last, asked))
        writer.close()
    except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError, StopIteration) as error:
        failures.append(f"{address} after {time.time():.3f}: {error!r}")


async def _main(port: int, connections: int, addresses: Sequence[str]) -> None:
    stop = asyncio.Event()
    answers: dict[str, Answers] = {address: {} for address in addresses}
    failures: list[str] = []
    clients = [
        _client(port, address, answers[address], failures, stop)
        for address in (addresses[number % len(addresses)] for number in range(connections))
    ]
    running = asyncio.gather(*clients)
    sys.stdout.write("running\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    stop.set()
    await running
    sys.stdout.write(json.dumps({"answers": answers, "failures": failures}))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
