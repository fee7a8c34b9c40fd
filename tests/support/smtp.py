"""A real mail server in a thread (aiosmtpd) that misbehaves at any stage as it is told."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, AnyStr

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from regiongate.notify.settings import Login, Relay, Security

STAGES = ("banner", "ehlo", "mail", "rcpt", "data", "text", "end")
"""Where a server can misbehave, in the order of a conversation."""

SLOW = 0.6
"""Seconds that a slow server takes: longer than the tests' timeouts."""

_PARAMETER = re.compile(r" (RET|ENVID|NOTIFY|ORCPT)=(\S+)")


@dataclass(frozen=True)
class Plan:
    """What goes wrong on one connection: at which stage of which letter (from 0), and how.

    `how` is `drop`, `reset` (hang up without reading on), a code such as `451`, `garbage`, `slow`,
    `endless` (a line that is too long), `half` (an answer of several lines that breaks off), or at
    the end `accept-drop` and `accept-slow`: the letter is taken, and nobody is told, or too late.
    """

    stage: str
    how: str
    letter: int = 0


@dataclass
class MailServer:
    """A running server: the plans of its next connections, and all that it took."""

    authority: Path
    port: int = 0
    offers_dsn: bool = False
    answer: str = "250 2.0.0 Ok: queued as 4F1B2C"
    plans: list[Plan] = field(default_factory=list)
    accepted: list[Envelope] = field(default_factory=list)
    parameters: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0

    def relay(self, security: Security = Security.NONE, **more: Any) -> Relay:
        """How to reach it, with short timeouts."""
        known: dict[str, Any] = {
            "ca_file": str(self.authority),
            "timeout": SLOW / 2,
            "answer_timeout": SLOW / 2,
            "messages_a_minute": None,
        }
        return Relay("localhost", self.port, security, **(known | more))


class _Protocol(SMTP):
    """One connection, with its plan."""

    def __init__(self, server: MailServer, **options: Any) -> None:
        self._mail_server = server
        self._letter = -1
        self._plan: Plan | None = None
        super().__init__(self, hostname="relay.example", **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the next plan; the second half of STARTTLS is the same connection."""
        if self._original_transport is None:
            self._mail_server.connections += 1
            plans = self._mail_server.plans
            self._plan = plans.pop(0) if plans else None
        super().connection_made(transport)

    async def _goes_wrong(self, stage: str) -> bool:
        plan = self._plan
        if plan is None or plan.stage != stage or plan.letter != max(self._letter, 0):
            return False
        if plan.how == "slow":
            await asyncio.sleep(SLOW)
            return False
        await self._misbehave(plan.how)
        return True

    def _hang_up(self) -> None:
        assert self.transport is not None
        self.transport.close()

    async def _misbehave(self, how: str) -> None:
        if how == "drop":
            self._hang_up()
        elif how == "reset":
            assert isinstance(self.transport, asyncio.Transport)
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        elif how == "garbage":
            await self.push("what do you want")
        elif how == "endless":
            await self.push("250 " + "x" * 20000)
        elif how == "half":
            await self.push("250-first")
            self._hang_up()
        else:
            await self.push(f"{how}-4.3.0 not\r\n{how} 4.3.0 like this")
            if how == "421":
                self._hang_up()

    async def _handle_client(self) -> None:
        if await self._goes_wrong("banner"):
            self._hang_up()
            return
        await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        if not await self._goes_wrong("ehlo"):
            await super().smtp_EHLO(hostname)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offers = ["250-DSN"] if self._mail_server.offers_dsn else []
        return [*answers[:-1], *offers, answers[-1]]

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        self._letter += 1
        if not await self._goes_wrong("mail"):
            await super().smtp_MAIL(self._without_parameters(arg))

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        if not await self._goes_wrong("rcpt"):
            await super().smtp_RCPT(self._without_parameters(arg))

    def _without_parameters(self, arg: str) -> str:
        """What aiosmtpd understands; the parameters of DSN are written down."""
        self._mail_server.parameters += _PARAMETER.findall(arg)
        return _PARAMETER.sub("", arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if await self._goes_wrong("data"):
            return
        if self._plan and (self._plan.stage, self._plan.letter) == ("text", self._letter):
            await self.push("354 go on")
            await self._reader.read(20)
            await self._misbehave(self._plan.how)
            self._hang_up()
            return
        await super().smtp_DATA(arg)

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        plan = self._plan
        how = plan.how if plan and (plan.stage, plan.letter) == ("end", self._letter) else None
        if how is None or how.startswith("accept-"):
            self._mail_server.accepted.append(envelope)
        if how == "accept-drop":
            self._hang_up()
        elif how == "accept-slow":
            await asyncio.sleep(SLOW)
        elif how is not None and await self._goes_wrong("end"):
            return ""
        elif how == "slow":
            self._mail_server.accepted.append(envelope)
        return self._mail_server.answer

    async def push(self, status: AnyStr) -> None:
        """An answer that was given already is not given again."""
        if status:
            await super().push(status)


@contextmanager
def mail_server(
    folder: Path, security: Security = Security.NONE, login: Login | None = None
) -> Iterator[MailServer]:
    """A server on a free port, with a certificate of an authority of its own."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = MailServer(folder / "authority.pem")

    def authenticate(*given: Any) -> AuthResult:
        said = given[-1]
        assert isinstance(said, LoginPassword)
        known = login is not None and said.login == login.user.encode()
        right = login is not None and said.password == login.password.encode()
        return AuthResult(success=known and right, handled=False)

    options: dict[str, Any] = {"enable_SMTPUTF8": False}
    if security is Security.STARTTLS:
        options |= {"tls_context": context, "require_starttls": True}
    if login is not None:
        options |= {"authenticator": authenticate, "auth_required": True}
        options |= {"auth_require_tls": security is Security.STARTTLS}
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(
            lambda: _Protocol(server, loop=loop, **options),
            "localhost",
            0,
            family=2,
            ssl=context if security is Security.TLS else None,
        )
    )
    server.port = listening.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
