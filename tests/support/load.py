"""Load on kept connections from a process of its own: every answer counted, none forgiven."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Load:
    """What the clients met, known once the block of `load_on` has ended.

    `statuses` counts the answers by the client's address and status; `failures` are connections
    that broke or answers that could not be read.
    """

    statuses: dict[str, dict[int, int]] = field(default_factory=dict)
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
    found.statuses = {
        address: {int(status): count for status, count in counted.items()}
        for address, counted in content["statuses"].items()
    }


async def _client(
    port: int, address: str, counted: Counter[int], failures: list[str], stop: asyncio.Event
) -> None:
    """One connection, never opened again: losing it is a failure."""
    request = f"GET /healthz HTTP/1.1\r\nhost: load\r\nx-forwarded-for: {address}\r\n\r\n".encode()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while not stop.is_set():
            writer.write(request)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            counted[int(head.split(b" ", 2)[1])] += 1
        writer.close()
    except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError, StopIteration) as error:
        failures.append(f"{address} after {time.time():.3f}: {error!r}")


async def _main(port: int, connections: int, addresses: Sequence[str]) -> None:
    stop = asyncio.Event()
    statuses: dict[str, Counter[int]] = {address: Counter() for address in addresses}
    failures: list[str] = []
    clients = [
        _client(port, address, statuses[address], failures, stop)
        for address in (addresses[number % len(addresses)] for number in range(connections))
    ]
    running = asyncio.gather(*clients)
    sys.stdout.write("running\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    stop.set()
    await running
    sys.stdout.write(json.dumps({"statuses": statuses, "failures": failures}))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
