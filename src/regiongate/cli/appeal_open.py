"""`regiongate appeal open` and `reopen`: for whoever wrote by mail."""

from __future__ import annotations

import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from regiongate.cli.acting import as_option
from regiongate.cli.appeal_print import print_opened
from regiongate.cli.appeal_sitting import sitting
from regiongate.cli.desk_option import DeskChange, desk_options
from regiongate.cli.options import NUMBER, FilePath
from regiongate.control.appeal.evidence import Upload
from regiongate.control.appeal.open import open_for, reopen_for
from regiongate.control.appeal.statement import statement
from regiongate.domain.appeal import MAX_FILE_BYTES, MAX_TEXT, Statement
from regiongate.domain.errors import CannotRun

F = TypeVar("F", bound=Callable[..., Any])

_MOST_BYTES = 4 * MAX_TEXT
"""UTF-8 has four bytes for a character at most."""


def _said_options(command: F) -> F:
    """What was written: `--text`, `--file`, `--mail`."""
    text = click.option(
        "--text",
        type=FilePath(),
        required=True,
        help="The file with what was written, in UTF-8; - is standard input.",
    )
    file = click.option(
        "--file", "evidence", multiple=True, type=FilePath(), help="Evidence; more than once."
    )
    mail = click.option("--mail", metavar="ADDRESS", help="Whom to answer to.")
    return text(file(mail(command)))


@click.command("open")
@click.argument("number", type=NUMBER)
@_said_options
@as_option
@desk_options
def open_(
    number: int,
    text: Path,
    evidence: tuple[Path, ...],
    mail: str | None,
    person: str,
    change: DeskChange,
) -> None:
    """Record an appeal of case NUMBER that came by mail."""
    said = _said(text, evidence, mail)
    with sitting(change) as sat:
        found = open_for(sat, number, person, said)
    print_opened(found, as_json=change.as_json, kept=change.kept)


@click.command()
@click.argument("name", metavar="APPEAL")
@_said_options
@as_option
@desk_options
def reopen(
    name: str,
    text: Path,
    evidence: tuple[Path, ...],
    mail: str | None,
    person: str,
    change: DeskChange,
) -> None:
    """Reopen the denied APPEAL, once, for who wrote by mail."""
    said = _said(text, evidence, mail)
    with sitting(change) as sat:
        found = reopen_for(sat, name, person, said)
    print_opened(found, as_json=change.as_json, kept=change.kept)


def _said(text: Path, evidence: tuple[Path, ...], mail: str | None) -> Statement:
    source = "standard input" if str(text) == "-" else str(text)
    content = _read(text, _MOST_BYTES)
    try:
        # Where it is cut off, the last character may be half of one; it is too long anyway.
        whole = len(content) <= _MOST_BYTES
        words = getincrementaldecoder("utf-8-sig")().decode(content, final=whole)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CannotRun(
            f"{source}:{line}: this is not UTF-8: save it as plain text in UTF-8"
        ) from None
    uploads = [Upload(path.name, _read(path, MAX_FILE_BYTES)) for path in evidence]
    return statement(words, uploads, mail, source=source)


def _read(path: Path, most: int) -> bytes:
    """A file up to one byte more than may be; whoever looks at it then sees that it is too long."""
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(most + 1)
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise CannotRun(f"cannot read {path}: {error.strerror}") from None
