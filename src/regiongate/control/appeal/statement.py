"""A statement: what somebody sends with an appeal, looked at before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_network

from regiongate.control.appeal.evidence import Upload, looked_at
from regiongate.domain.address import BadAddress, IPNetwork, canonical
from regiongate.domain.appeal import MAX_TEXT, Statement
from regiongate.domain.errors import CannotRun, Problem, ProblemsFound
from regiongate.domain.exemption import folded
from regiongate.domain.notice import MAIL_ADDRESS

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LONGEST_MAIL = 254


def statement(
    text: str,
    uploads: Sequence[Upload] = (),
    mail: str | None = None,
    address: str | None = None,
) -> Statement:
    """What an appeal says: text, files, a mail address to answer to, the client's address.

    Line ends become one character each; nothing else is changed. Of the address only the network is
    kept. Raises ProblemsFound with everything that is wrong with text, mail and files.
    """
    said = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    problems = [*_wrong_text(said), *_wrong_mail(mail)]
    try:
        files = looked_at(uploads)
    except ProblemsFound as found:
        problems += found.problems
    if problems:
        raise ProblemsFound(problems)
    return Statement(said, files, mail, None if address is None else _network(address))


def _wrong_text(text: str) -> list[Problem]:
    if not text.strip():
        return [_problem("text", "no-text", "The appeal says nothing", "write what is wrong")]
    if len(text) > MAX_TEXT:
        message = f"The text has {len(text)} characters, and {MAX_TEXT} are the most"
        return [_problem("text", "text-too-long", message, "put the rest in a file")]
    wrong = _CONTROL.search(text)
    if wrong is None:
        return []
    line = text.count("\n", 0, wrong.start()) + 1
    message = f"There is a control character (0x{ord(wrong[0]):02x}) in the text"
    return [Problem("text", line, 1, "text-control", message, "write it as plain text")]


def _wrong_mail(mail: str | None) -> list[Problem]:
    if mail is None or (len(mail) <= _LONGEST_MAIL and MAIL_ADDRESS.fullmatch(mail)):
        return []
    message = "The mail address is not one that every server takes"
    return [_problem("mail", "bad-mail", message, "write it as name@example.com")]


def _network(address: str) -> IPNetwork:
    try:
        return folded(ip_network(canonical(address)))
    except BadAddress as error:
        raise CannotRun(str(error)) from None


def _problem(where: str, code: str, message: str, remedy: str) -> Problem:
    return Problem(where, 1, 1, code, message, remedy)
