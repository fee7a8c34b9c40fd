"""What the same letters cost without us: templates and the mail library of Python in a plain loop.

No language but English, no facts but a name, nothing kept, no answer remembered: the least that a
script does which writes to everybody.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from jinja2 import Environment

_NAME = "Organization 0000000"


def composed(like: bytes, count: int) -> list[bytes]:
    """So many letters with the words of one of ours, each for an organization of its own."""
    ours = message_from_bytes(like, policy=SMTP)
    assert isinstance(ours, EmailMessage)
    plain, html = (part.get_content() for part in ours.iter_parts())
    escaping = Environment(autoescape=True)
    texts = escaping.from_string(plain.replace(_NAME, "{{ name }}"))
    pages = escaping.from_string(html.replace(_NAME, "{{ name }}"))
    made = []
    for number in range(count):
        name = f"Organization {number:07}"
        letter = EmailMessage(policy=SMTP)
        letter["From"], letter["Subject"] = ours["From"], ours["Subject"]
        letter["To"] = f"{name} <api@org-{number:07}.example>"
        letter.set_content(texts.render(name=name))
        letter.add_alternative(pages.render(name=name), subtype="html")
        made.append(letter.as_bytes())
    return made


def sent(where: str, letters: Sequence[bytes]) -> None:
    """Hand letters to a relay on one connection, and remember nothing."""
    with smtplib.SMTP(where) as smtp:
        for number, letter in enumerate(letters):
            smtp.sendmail("bounces@example.com", [f"api@org-{number:07}.example"], letter)
