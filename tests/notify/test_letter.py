"""Letters: their bytes, their headers, and that no fact can break out of its place."""

from __future__ import annotations

import email
import os
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from regiongate.domain.contact import Contact
from regiongate.domain.notice import Event, Links, Provider
from regiongate.notify.language import LANGUAGES
from regiongate.notify.letter import compose
from regiongate.notify.preview import write
from regiongate.notify.sender import Sender
from tests.support.notices import LETTER_DATE, SENDER, letter, notice

GOLDEN = Path(__file__).parent / "golden"
CASES = [(Event.ANNOUNCEMENT, "en"), (Event.REMINDER, "zh"), (Event.SUSPENDED, "fa")]

EVERY = [(event, language) for event in Event for language in LANGUAGES]


def _parsed(message: bytes) -> EmailMessage:
    found = email.message_from_bytes(message, policy=default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize(("event", "language"), CASES)
def test_golden(event: Event, language: str) -> None:
    """The bytes are those that were reviewed; `REGIONGATE_REWRITE=1` writes them anew."""
    path = GOLDEN / f"{event}.{language}.eml"
    message = letter(event, language).message
    if os.environ.get("REGIONGATE_REWRITE"):
        path.write_bytes(message)
    assert path.read_bytes() == message


def test_golden_has_no_orphans() -> None:
    """Each reviewed letter belongs to a case."""
    assert {path.name for path in GOLDEN.iterdir()} == {f"{e}.{lang}.eml" for e, lang in CASES}


@pytest.mark.parametrize(("event", "language"), EVERY)
def test_a_letter_is_sound_mail(event: Event, language: str) -> None:
    """ASCII, CRLF, short lines; both parts come back as they were; headers as they should be."""
    made = letter(event, language)
    made.message.decode("ascii")
    lines = made.message.split(b"\r\n")
    assert all(len(line) <= 78 and b"\r" not in line and b"\n" not in line for line in lines)
    parsed = _parsed(made.message)
    assert [part.defects for part in parsed.walk()] == [[]] * 3
    assert parsed.get_content_type() == "multipart/alternative"
    text, html = parsed.iter_parts()
    assert [p.get_content_type() for p in (text, html)] == ["text/plain", "text/html"]
    assert [p["Content-Language"] for p in (text, html)] == [language] * 2
    assert parsed["Subject"] == made.subject
    assert parsed["To"].addresses[0].display_name == "Café Nord & Söhne"
    assert parsed["To"].addresses[0].addr_spec == made.recipient
    assert parsed["Message-ID"] == made.message_id == f"<{made.notice}@example.com>"
    assert parsed["References"] == "<n-a-1@example.com> <n-b-2@example.com>"
    assert parsed["In-Reply-To"] == "<n-b-2@example.com>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Reply-To"] == "access@example.com"
    assert parsed["List-Id"] == "<region-notices.example.com>"
    assert parsed["Date"].datetime == LETTER_DATE


def test_same_facts_same_bytes() -> None:
    """Two letters of the same facts are one."""
    assert letter(Event.SUSPENDED, "ru") == letter(Event.SUSPENDED, "ru")


@pytest.mark.parametrize(
    "trick", ["\r\nBcc: x@example.org", "\n", "\r", "\x00", "\u202e", "\u2028"]
)
def test_no_name_begins_another_header(trick: str) -> None:
    """A line break or a turned direction in a fact is refused before there is a letter."""
    of = notice(Event.ANNOUNCEMENT)
    with pytest.raises(ValueError, match="one line"):
        replace(of.organization, name=f"Acme{trick}")
    with pytest.raises(ValueError, match="mail address"):
        Contact(f"ops@example.net{trick}", "en")
    with pytest.raises(ValueError, match="one line"):
        Provider(f"API{trick}", "p", "1", "mailto:a@example.com")
    with pytest.raises(ValueError, match="one line"):
        Links(f"https://example.com/{trick}", "https://example.com/", "https://example.com/")
    with pytest.raises(ValueError, match="id of a notice"):
        replace(of, id=f"n{trick}")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https:///x", "example.com", "https://a/ b"]
)
def test_a_link_leads_to_the_web(link: str) -> None:
    """Nothing but http and https can be clicked."""
    with pytest.raises(ValueError, match="https://"):
        Links(link, "https://example.com/", "https://example.com/")


def test_long_names_and_domains_keep_their_headers() -> None:
    """A Message-ID is never folded or encoded, however long the domain may be."""
    domain = "a" * 50 + ".example"
    sender = Sender("Ünïcode " * 12, "notices@example.com", "bounces@example.com", domain)
    made = compose(
        replace(notice(Event.REMINDER), id="n" * 40), sender, LETTER_DATE, ("m" * 40,) * 12
    )
    parsed = _parsed(made.message)
    assert parsed["Message-ID"] == f"<{'n' * 40}@{domain}>"
    assert parsed["References"].split() == [f"<{'m' * 40}@{domain}>"] * 10
    assert f"Message-ID: <{'n' * 40}@{domain}>\r\n".encode() in made.message


def test_a_message_id_leads_back_to_its_notice() -> None:
    """Ours is known, others are not."""
    assert SENDER.notice_of("<n-0-5f0c2a@EXAMPLE.com>") == "n-0-5f0c2a"
    assert SENDER.notice_of("<n-0-5f0c2a@example.org>") is None
    assert SENDER.notice_of("nonsense") is None


def test_preview(tmp_path: Path) -> None:
    """One file for each letter, with the very bytes."""
    letters = [letter(event) for event in Event]
    paths = write(((one.notice, one.message) for one in letters), tmp_path / "out")
    assert [path.read_bytes() for path in paths] == [one.message for one in letters]
    assert len({path.name for path in paths}) == len(Event)
