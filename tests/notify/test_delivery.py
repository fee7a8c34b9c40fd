"""Handing letters to a real server that drops connections, refuses, is slow, or says nothing."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from socket import socket
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regiongate.domain.notice import Event
from regiongate.notify.delivery.conversation import Conversation
from regiongate.notify.delivery.mailer import Mailer
from regiongate.notify.delivery.outcome import Fate, Outcome, Stage
from regiongate.notify.letter import Letter
from regiongate.notify.settings import Login, Relay, Security
from tests.support.notices import letter
from tests.support.smtp import STAGES, MailServer, Plan, mail_server

LETTER = letter(Event.ANNOUNCEMENT)


@pytest.fixture(name="server")
def _server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


def _mailer(relay: Relay) -> Mailer:
    return Mailer(relay, "example.com", time.monotonic, time.sleep)


def _send(relay: Relay, what: Letter = LETTER) -> Outcome:
    with _mailer(relay) as mailer:
        return mailer.send(what)


def test_an_accepted_letter_arrives_byte_for_byte(server: MailServer) -> None:
    """The server has exactly the bytes of the letter, and its answer and queue id are kept."""
    outcome = _send(server.relay())
    assert outcome.fate is Fate.ACCEPTED
    assert outcome.reply is not None
    assert (outcome.reply.code, outcome.reply.text) == (250, "2.0.0 Ok: queued as 4F1B2C")
    assert outcome.queue_id == "4F1B2C"
    [envelope] = server.accepted
    assert envelope.content == LETTER.message
    assert envelope.mail_from == LETTER.return_path
    assert envelope.rcpt_tos == [LETTER.recipient]


def test_an_answer_of_several_lines_is_one_answer(server: MailServer) -> None:
    """All lines of an answer are kept."""
    server.answer = "250-2.0.0 thanks\r\n250 2.0.0 OK id=1rXyZ-0001"
    outcome = _send(server.relay())
    assert outcome.reply is not None
    assert outcome.reply.text == "2.0.0 thanks\n2.0.0 OK id=1rXyZ-0001"
    assert outcome.queue_id == "1rXyZ-0001"


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_tls_is_verified(tmp_path: Path, security: Security) -> None:
    """A certificate of an authority that is trusted will do, and no other."""
    with mail_server(tmp_path, security) as server:
        assert _send(server.relay(security)).fate is Fate.ACCEPTED
        outcome = _send(server.relay(security, ca_file=None))
        assert outcome.fate is Fate.NOT_SENT
        assert outcome.stage in (Stage.CONNECT, Stage.TLS)
        assert "CERTIFICATE_VERIFY_FAILED" in outcome.detail
        assert len(server.accepted) == 1


def test_a_relay_without_starttls_gets_no_letter(server: MailServer) -> None:
    """What was asked to be private is never sent in the open."""
    outcome = _send(server.relay(Security.STARTTLS))
    assert (outcome.fate, outcome.stage) == (Fate.NOT_SENT, Stage.TLS)
    assert server.accepted == []


def test_login(tmp_path: Path) -> None:
    """The right account sends; a wrong password is no refusal of a letter."""
    login = Login("gate", "secret")
    with mail_server(tmp_path, Security.STARTTLS, login) as server:
        assert _send(server.relay(Security.STARTTLS, login=login)).fate is Fate.ACCEPTED
        wrong = _send(server.relay(Security.STARTTLS, login=Login("gate", "guess")))
    assert (wrong.fate, wrong.stage) == (Fate.NOT_SENT, Stage.LOGIN)
    assert wrong.reply is not None
    assert wrong.reply.code == 535
    assert "secret" not in repr(login)


_STAGE = {
    "banner": Stage.CONNECT,
    "ehlo": Stage.HELLO,
    "mail": Stage.MAIL,
    "rcpt": Stage.RECIPIENT,
    "data": Stage.DATA,
    "end": Stage.END,
}


@pytest.mark.parametrize("stage", ["banner", "ehlo", "mail", "rcpt", "data"])
@pytest.mark.parametrize("how", ["drop", "garbage", "slow", "endless", "half"])
def test_trouble_before_the_text(server: MailServer, stage: str, how: str) -> None:
    """Whatever goes wrong before the text, nothing was sent."""
    server.plans = [Plan(stage, how)]
    outcome = _send(server.relay())
    assert outcome.fate is Fate.NOT_SENT
    assert outcome.stage is _STAGE[stage]
    assert server.accepted == []


@pytest.mark.parametrize("stage", _STAGE)
@pytest.mark.parametrize("code", ["421", "451", "550"])
def test_refusals(server: MailServer, stage: str, code: str) -> None:
    """4xx is for now, 5xx for good; for good only where a letter was refused, not the session."""
    server.plans = [Plan(stage, code)]
    outcome = _send(server.relay())
    for_good = Fate.NOT_SENT if stage in ("banner", "ehlo") else Fate.REFUSED_FOR_GOOD
    assert outcome.fate is (Fate.REFUSED_FOR_NOW if code[0] == "4" else for_good)
    assert outcome.stage is _STAGE[stage]
    assert outcome.reply is not None
    assert outcome.reply.code == int(code)
    assert server.accepted == []


@pytest.mark.parametrize(
    "how", ["drop", "slow", "garbage", "endless", "half", "accept-drop", "accept-slow"]
)
def test_a_lost_answer_is_told_as_such(server: MailServer, how: str) -> None:
    """Once the end was sent, only an answer can tell; where none comes, the fate is unknown."""
    server.plans = [Plan("end", how)]
    outcome = _send(server.relay())
    assert (outcome.fate, outcome.stage) == (Fate.UNKNOWN, Stage.END)


def test_an_end_that_could_not_be_sent_was_not_sent(server: MailServer) -> None:
    """A connection that broke before the end of the letter left: the server cannot have it."""
    server.plans = [Plan("text", "reset")]
    with _mailer(server.relay()) as mailer:
        outcome = mailer.send(LETTER, before_end=lambda: time.sleep(0.2))
    assert (outcome.fate, outcome.stage) == (Fate.NOT_SENT, Stage.TEXT)
    assert server.accepted == []


class _Sock:
    """A socket that takes so many octets of the end, one at a time, and then breaks."""

    def __init__(self, takes: int) -> None:
        self.takes = takes

    def send(self, _: bytes) -> int:
        if self.takes == 0:
            raise BrokenPipeError("broken pipe")
        self.takes -= 1
        return 1

    def settimeout(self, _: float) -> None:
        """Nothing waits here."""


class _Smtp(smtplib.SMTP):
    """A relay that agrees to everything and never answers a letter."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.sock = cast(socket, _Sock(takes))

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        return (354 if cmd == "DATA" else 250), b"ok"

    def mail(self, sender: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        return 250, b"ok"

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        return 250, b"ok"

    def send(self, s: object) -> None:
        """Take the text."""

    def getreply(self) -> tuple[int, bytes]:
        raise smtplib.SMTPServerDisconnected("gone")

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("takes", [0, 1, 2, 3])
def test_the_boundary_is_the_last_octet_of_the_end(takes: int) -> None:
    """Until the system took the last of the three octets nothing was sent; then nobody knows."""
    outcome = Conversation(_Smtp(takes), 1, 1, success=False).hand_over(LETTER, lambda: None)
    assert outcome.fate is (Fate.UNKNOWN if takes == 3 else Fate.NOT_SENT)


@pytest.mark.parametrize("message", [b"a\nb\r\n", b"a\rb\r\n", b"a"])
def test_a_message_that_two_servers_read_differently_is_refused(message: bytes) -> None:
    """A bare line end could hide a second message."""
    with pytest.raises(ValueError, match="CRLF"):
        Conversation(_Smtp(3), 1, 1, success=False).hand_over(
            replace(LETTER, message=message), lambda: None
        )


def test_no_server(server: MailServer) -> None:
    """A port that nothing listens on."""
    outcome = _send(Relay("localhost", 1, Security.NONE))
    assert (outcome.fate, outcome.stage, outcome.reply) == (Fate.NOT_SENT, Stage.CONNECT, None)
    assert outcome.detail


def test_a_connection_is_used_again(server: MailServer) -> None:
    """Several letters go over one connection, after a refusal too, up to so many."""
    server.plans = [Plan("rcpt", "550", letter=1)]
    with _mailer(server.relay(letters_at_once=4)) as mailer:
        fates = [mailer.send(LETTER).fate for _ in range(6)]
    assert fates == [Fate.ACCEPTED, Fate.REFUSED_FOR_GOOD, *[Fate.ACCEPTED] * 4]
    assert server.connections == 2


@pytest.mark.parametrize("how", ["drop", "421"])
def test_a_connection_that_went_stale_is_replaced(server: MailServer, how: str) -> None:
    """A relay that hung up between two letters costs nothing."""
    server.plans = [Plan("mail", how, letter=1)]
    with _mailer(server.relay()) as mailer:
        fates = [mailer.send(LETTER).fate for _ in range(2)]
    assert fates == [Fate.ACCEPTED, Fate.ACCEPTED]
    assert len(server.accepted) == 2


def test_what_is_written_down_before_the_end(server: MailServer) -> None:
    """When `before_end` is called the server has nothing, and if it fails it never will."""
    had: list[int] = []
    with _mailer(server.relay()) as mailer:
        mailer.send(LETTER, before_end=lambda: had.append(len(server.accepted)))

        def killed() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            mailer.send(LETTER, before_end=killed)
        assert mailer.send(LETTER).fate is Fate.ACCEPTED
    assert had == [0]
    assert len(server.accepted) == 2


def test_receipts_are_asked_for_where_they_are_offered(server: MailServer) -> None:
    """RFC 3461: the envelope id is the notice's, and the recipient is named."""
    assert not _send(server.relay()).receipts
    assert server.parameters == []
    server.offers_dsn = True
    assert _send(server.relay()).receipts
    assert dict(server.parameters) == {
        "RET": "HDRS",
        "ENVID": LETTER.notice,
        "NOTIFY": "SUCCESS,FAILURE,DELAY",
        "ORCPT": "rfc822;ops+2Bgate@example.net",
    }


_PLANS = st.builds(
    Plan,
    stage=st.sampled_from(STAGES),
    how=st.sampled_from(
        ["drop", "reset", "421", "451", "550", "garbage", "half", "accept-drop", "endless"],
    ),
    letter=st.integers(0, 2),
)


@given(plans=st.lists(_PLANS, max_size=4), letters=st.integers(1, 4))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_fate_is_never_a_lie(server: MailServer, plans: list[Plan], letters: int) -> None:
    """Accepted is accepted exactly once, not sent and refused never, whatever the server did."""
    server.plans = [p for p in plans if p.how != "accept-drop" or p.stage == "end"]
    server.accepted.clear()
    with _mailer(server.relay()) as mailer:
        for _ in range(letters):
            before = len(server.accepted)
            fate = mailer.send(LETTER).fate
            taken = len(server.accepted) - before
            if fate is Fate.ACCEPTED:
                assert taken == 1
            elif fate is not Fate.UNKNOWN:
                assert taken == 0
            assert taken <= 1
    server.plans = []
