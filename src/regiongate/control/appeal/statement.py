"""A statement: what somebody sends with an appeal, looked at before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_network

from regiongate.control.appeal.evidence import Upload, looked_at
from regiongate.domain.address import BadAddress, IPNetwork, canonical
from regiongate.domain.appeal import MAX_TEXT, Statement
from regiongate.domain.contact import MAIL_ADDRESS
from regiongate.domain.errors import CannotRun, Problem, ProblemsFound
from regiongate.domain.exemption import folded

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST_MAIL = 254


def statement(
    text: str,
    uploads: Sequence[Upload] = (),
    mail: str | None = None,
    address: str | None = None,
    *,
    source: str = "text",
) -> Statement:
    """What an appeal says: text, files, a mail address to answer to, the client's address.

    Line ends become one character each; nothing else is changed. Of the address only the network is
    kept. Of a text that is too long only so much need be there that it is seen to be. `source` is
    what the text is called in problems: its file, or the field that it was written in. Raises
    ProblemsFound with everything that is wrong with text, mail and files.
    """
    written = text.replace("\r\n", "\n").replace("\r", "\n")
    said = written.strip("\n")
    problems = [*_wrong_text(written, said, source), *_wrong_mail(mail)]
    try:
        files = looked_at(uploads)
    except ProblemsFound as found:
        problems += found.problems
    if problems:
        raise ProblemsFound(problems)
    return Statement(said, files, mail, None if address is None else _network(address))


def _wrong_text(written: str, said: str, source: str) -> list[Problem]:
    if not said.strip():
        return [_problem(source, "no-text", "The appeal says nothing", "write what is wrong")]
    if len(said) > MAX_TEXT:
        begin = len(written) - len(written.lstrip("\n"))
        place = _place(written, begin + MAX_TEXT)
        message = f"The text has more than {MAX_TEXT} characters, which are the most"
        return [Problem(source, *place, "text-too-long", message, "put the rest in a file")]
    wrong = _CONTROL.search(written)
    if wrong is None:
        return []
    place = _place(written, wrong.start())
    message = f"There is a control character (0x{ord(wrong[0]):02x}) in the text"
    return [Problem(source, *place, "text-control", message, "write it as plain text")]


def _place(text: str, at: int) -> tuple[int, int]:
    """The line and the column of a character, each from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


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
