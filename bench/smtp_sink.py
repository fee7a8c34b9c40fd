"""`python -m bench.smtp_sink`: a mail relay that takes everything; prints where it listens."""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Answers as a relay does, and keeps nothing."""

    async def handle_DATA(self, _: SMTP, __: Session, ___: Envelope) -> str:  # noqa: N802
        """Take a letter."""
        return "250 2.0.0 Ok: queued as 4XyZ12abcdz9"


async def main() -> None:
    """Listen on a free port until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink()), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
