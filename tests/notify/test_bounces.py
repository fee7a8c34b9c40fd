"""What comes back: reports of several servers' makings, and mails that are none or are broken."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.domain.errors import CannotRun
from regiongate.domain.notice import Event
from regiongate.notify.bounces.mailbox import LARGEST
from regiongate.notify.bounces.parse import parse
from regiongate.notify.bounces.read import read
from regiongate.notify.bounces.report import Action, LeftAside, Recognized, Report, StatusClass, Why
from tests.support.notices import SENDER, letter

HEADERS = letter(Event.REMINDER).message.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\n").decode()
NOTICE = letter(Event.REMINDER).notice


def _report(
    envelope: str = f"Original-Envelope-Id: {NOTICE}\n",
    recipient: str = "Original-Recipient: rfc822;ops+2Bgate@example.net\n"
    "Final-Recipient: rfc822; alias@example.org\n",
    fields: str = "Action: failed\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550 5.1.1 <ops@example.net>:\n    no such user\n",
    returned: str = f"Content-Type: text/rfc822-headers\n\n{HEADERS}\n",
) -> bytes:
    """A report in the form of RFC 3464."""
    return (
        "From: MAILER-DAEMON@relay.example\nTo: bounces@example.com\n"
        "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\n\nI am sorry.\n\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; relay.example\n{envelope}\n{recipient}{fields}\n"
        f"--b\n{returned}\n--b--\n"
    ).encode()


def _only(content: bytes) -> Report:
    [found] = parse("one", content, SENDER)
    assert isinstance(found, Report)
    return found


def _why(content: bytes) -> Why:
    [found] = parse("one", content, SENDER)
    assert isinstance(found, LeftAside)
    assert found.detail
    return found.why


def test_a_report() -> None:
    """Notice, recipient as we wrote to, status and diagnostic."""
    found = _only(_report())
    assert (found.notice, found.recognized) == (NOTICE, Recognized.ENVELOPE_ID)
    assert found.recipient == "ops+gate@example.net"
    assert (found.action, found.status, found.status_class) == (
        Action.FAILED,
        "5.1.1",
        StatusClass.PERMANENT,
    )
    assert found.diagnostic == "smtp; 550 5.1.1 <ops@example.net>: no such user"
    assert found.is_permanent_failure


@pytest.mark.parametrize(
    "returned",
    [
        f"Content-Type: text/rfc822-headers\n\n{HEADERS}\n",
        f"Content-Type: message/rfc822\n\n{HEADERS}\n\nthe text\n",
        f"Content-Type: text/rfc822-headers; charset=utf-8\n\n{HEADERS.lower()}\n",
    ],
)
def test_a_notice_is_known_by_its_message_id(returned: str) -> None:
    """A server that knows no envelope id returns the letter, or its headers."""
    found = _only(_report(envelope="", returned=returned))
    assert (found.notice, found.recognized) == (NOTICE, Recognized.MESSAGE_ID)


def test_by_the_recipient_alone_no_notice_is_known() -> None:
    """The address that does not work is told all the same."""
    strange = "Content-Type: text/rfc822-headers\n\nMessage-ID: <n-1@example.org>\n"
    found = _only(_report(envelope="", returned=strange))
    assert (found.notice, found.recognized) == (None, Recognized.RECIPIENT)
    assert found.recipient == "ops+gate@example.net"


@pytest.mark.parametrize(
    ("fields", "action", "status_class", "permanent"),
    [
        ("Action: delayed\nStatus: 4.4.1\n", Action.DELAYED, StatusClass.TRANSIENT, False),
        ("Action: failed\nStatus: 4.4.7 (expired)\n", Action.FAILED, StatusClass.TRANSIENT, False),
        ("Action: Delivered\nStatus: 2.0.0\n", Action.DELIVERED, StatusClass.SUCCESS, False),
    ],
)
def test_actions(fields: str, action: Action, status_class: StatusClass, permanent: bool) -> None:
    """A delay is no failure, an expiry no permanent one, and arrival can be proved."""
    found = _only(_report(fields=fields))
    assert (found.action, found.status_class, found.is_permanent_failure) == (
        action,
        status_class,
        permanent,
    )


def test_several_recipients() -> None:
    """Each recipient of a report is a report, with a name of its own."""
    two = (
        "Action: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822;b@example.net\nAction: failed\nStatus: 5.2.2\n"
    )
    found = parse("one", _report(fields=two), SENDER)
    assert [(one.name, getattr(one, "status", None)) for one in found] == [
        ("one:1", "5.1.1"),
        ("one:2", "5.2.2"),
    ]


def test_what_is_no_report() -> None:
    """Replies by machines, mail by people and reports of other things are told apart."""
    assert _why(b"Subject: hello\n\nWhat is this about?\n") is Why.NOT_A_REPORT
    assert _why(b"Auto-Submitted: auto-replied\n\nOn holiday\n") is Why.AUTOMATIC_REPLY
    kind = b'multipart/report; report-type=feedback-report; boundary="b"'
    feedback = b"Content-Type: " + kind + b"\n\n--b\n\nx\n--b--\n"
    assert _why(feedback) is Why.OTHER_REPORT
    assert _why(_report(recipient="")) is Why.NO_RECIPIENT
    assert _why(_report(recipient="Final-Recipient: rfc822; <x>\n")) is Why.NO_RECIPIENT
    assert _why(_report(recipient="Final-Recipient: x400; /c=de/\n")) is Why.NO_RECIPIENT
    assert _why(_report(fields="Action: exploded\nStatus: 5.1.1\n")) is Why.BROKEN
    assert _why(_report(fields="Action: failed\nStatus: 9\n")) is Why.BROKEN
    assert _why(b"Content-Type: message/delivery-status\n\n") is Why.BROKEN
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)
    )
    assert _why(nested) in (Why.BROKEN, Why.NOT_A_REPORT)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_octets_are_counted_and_never_a_crash(content: bytes) -> None:
    """Whatever lies in a mailbox has an outcome."""
    assert parse("one", content, SENDER)


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_a_damaged_report_is_never_a_crash(data: st.DataObject) -> None:
    """A report with octets changed, inserted or cut out has an outcome."""
    content = bytearray(_report())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        cut = data.draw(st.integers(0, 30))
        content[at : at + cut] = data.draw(st.binary(max_size=10) | st.sampled_from(_HOSTILE))
    assert parse("one", bytes(content), SENDER)


_HOSTILE = [b"\n\n", b"\n--b\n", b"=?utf-8?b?//8=?=", b'; charset="x"', b"\xff\xfe", b"\x00", b":"]


@pytest.fixture(name="three")
def _three() -> list[bytes]:
    return [_report(), b"Subject: hello\n\nFrom the start\n>From there\n", _report(envelope="")]


def test_mailboxes_of_every_kind(tmp_path: Path, three: list[bytes]) -> None:
    """An mbox file, a Maildir and a folder of files hold the same."""
    mbox = b"".join(b"From MAILER-DAEMON Mon Jul  1 00:00:00 2024\n" + one + b"\n" for one in three)
    (tmp_path / "mbox").write_bytes(mbox)
    for folder in ("maildir/new", "maildir/cur", "maildir/tmp", "eml"):
        (tmp_path / folder).mkdir(parents=True)
    for number, one in enumerate(three):
        (tmp_path / "maildir" / ("new", "cur")[number % 2] / f"{number}.host:2,S").write_bytes(one)
        (tmp_path / "eml" / f"{number}.eml").write_bytes(one)
    for kind in ("mbox", "maildir", "eml"):
        found = read(tmp_path / kind, SENDER)
        assert [one.notice for one in found.reports] == [NOTICE, NOTICE]
        assert found.counts == {Why.NOT_A_REPORT: 1}
        names = {one.name for one in found.reports} | {one.name for one in found.left_aside}
        assert len(names) == 3


def test_trouble_in_a_mailbox(tmp_path: Path, three: list[bytes]) -> None:
    """What cannot be read is named; the rest is read all the same."""
    (tmp_path / "1.eml").write_bytes(three[0])
    (tmp_path / "2.eml").write_bytes(b"x" * (LARGEST + 1))
    (tmp_path / "3.eml").mkdir()
    (tmp_path / "4.eml").symlink_to(tmp_path / "nowhere")
    found = read(tmp_path, SENDER)
    assert len(found.reports) == 1
    assert {one.name: one.why for one in found.left_aside} == {
        "2.eml": Why.TOO_LARGE,
        "3.eml": Why.UNREADABLE,
        "4.eml": Why.UNREADABLE,
    }
    with pytest.raises(CannotRun, match="no mailbox"):
        read(tmp_path / "absent", SENDER)


def test_an_mbox_with_a_giant_inside(tmp_path: Path, three: list[bytes]) -> None:
    """A mail that is too large is left aside and what follows it is read."""
    start = b"From x Mon Jul  1 00:00:00 2024\n"
    giant = b"Subject: x\n\n" + b"y" * 70 + b"\n"
    parts = [start, giant * (LARGEST // 80), b"\n", start, three[0]]
    (tmp_path / "mbox").write_bytes(b"".join(parts))
    found = read(tmp_path / "mbox", SENDER)
    assert Counter(one.why for one in found.left_aside) == {Why.TOO_LARGE: 1}
    assert [one.name for one in found.reports] == ["mbox#2"]
