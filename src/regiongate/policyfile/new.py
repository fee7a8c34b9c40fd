"""A policy file to start from: commented, and right as it stands."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from string import Template

from regiongate.domain.errors import CannotRun
from regiongate.policyfile.node import Mark, ScalarNode
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.text import NAME

_TEMPLATE = files("regiongate.policyfile") / "new.yaml"


def write(path: Path, name: str, today: date) -> None:
    """Write a first policy. Raises CannotRun rather than overwrite a file."""
    text = template(name, today)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise CannotRun(f"{path} exists already: name another file, or move it away.") from error
    except (OSError, ValueError) as error:
        raise CannotRun(f"{path} cannot be written ({error}): check the path.") from error


def template(name: str, today: date) -> str:
    """The text of a first policy, whose measure begins today and blocks in six weeks."""
    try:
        NAME.parse(ScalarNode(name, plain=False, mark=Mark(1, 1)), Reader("", Path()))
    except Wrong as wrong:
        raise CannotRun(f"{wrong.message}: {wrong.remedy}.") from wrong
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        name=name,
        today=today.isoformat(),
        warn=(today + timedelta(days=28)).isoformat(),
        block=(today + timedelta(days=42)).isoformat(),
        suspend=(today + timedelta(days=73)).isoformat(),
    )
