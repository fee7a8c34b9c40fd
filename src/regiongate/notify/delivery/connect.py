"""Reaching a relay: connection, TLS with a verified certificate, and login."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from regiongate.notify.delivery.conversation import Conversation, Ended, refused
from regiongate.notify.delivery.outcome import Fate, Outcome, Reply, Stage
from regiongate.notify.settings import Relay, Security

Result = TypeVar("Result")


def connect(relay: Relay, hello: str) -> Conversation:
    """A conversation that is ready for letters; Ended where there is none to be had.

    `hello` is the name by which we introduce ourselves.
    """
    context = _context(relay)
    smtp = _reach(relay, hello, context)
    try:
        _introduce(smtp, relay, context)
    except BaseException:
        smtp.close()
        raise
    return Conversation(smtp, relay.timeout, relay.answer_timeout, success=relay.success_receipts)


def _context(relay: Relay) -> ssl.SSLContext | None:
    """What certificates are trusted; reading them takes long, so None where none is asked for."""
    if relay.security is Security.NONE:
        return None
    return ssl.create_default_context(cafile=relay.ca_file)


def _reach(relay: Relay, hello: str, context: ssl.SSLContext | None) -> smtplib.SMTP:
    def call() -> smtplib.SMTP:
        host, port, timeout = relay.host, relay.port, relay.timeout
        if relay.security is Security.TLS:
            return smtplib.SMTP_SSL(host, port, hello, timeout=timeout, context=context)
        return smtplib.SMTP(host, port, hello, timeout=timeout)

    smtp = _at(Stage.CONNECT, call)
    # The line that ends a letter is a small packet of its own: it must not wait for an answer to
    # the one before (RFC 896), which many servers hold back for 40 ms.
    if smtp.sock is not None:
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return smtp


def _introduce(smtp: smtplib.SMTP, relay: Relay, context: ssl.SSLContext | None) -> None:
    _at(Stage.HELLO, lambda: _hello(smtp))
    if relay.security is Security.STARTTLS:
        _at(Stage.TLS, lambda: smtp.starttls(context=context))
        # What was offered in the open counts no more (RFC 3207, section 4.2).
        _at(Stage.HELLO, lambda: _hello(smtp))
    login = relay.login
    if login is not None:
        _at(Stage.LOGIN, lambda: smtp.login(login.user, login.password))


def _hello(smtp: smtplib.SMTP) -> None:
    """Ask what the relay offers. One that knows no EHLO offers no TLS and no login either."""
    code, text = smtp.ehlo()
    if code // 100 != 2:
        raise smtplib.SMTPHeloError(code, text)


def _at(stage: Stage, call: Callable[[], Result]) -> Result:
    """Do one step of the beginning; Ended where it fails. Nothing was sent yet."""
    try:
        return call()
    except smtplib.SMTPResponseException as error:
        raise Ended(refused(stage, _reply(error))) from error
    except OSError as error:
        detail = str(error) or type(error).__name__
        raise Ended(Outcome(Fate.NOT_SENT, stage, None, detail)) from error


def _reply(error: smtplib.SMTPResponseException) -> Reply:
    said = error.smtp_error
    return Reply(
        error.smtp_code, said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    )
