"""An offers file to start from: commented, and right as it stands."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path
from string import Template

from regiongate.domain.errors import CannotRun

_TEMPLATE = files("regiongate.offers") / "template.yaml"


def template(today: date) -> str:
    """The text of a first offers file, whose one offer opens today."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(today=today.isoformat())


def write(path: Path, today: date) -> None:
    """Write a first offers file. Raises CannotRun rather than overwrite a file."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template(today))
    except FileExistsError as error:
        raise CannotRun(f"{path} exists already: name another file, or move it away.") from error
    except (OSError, ValueError) as error:
        raise CannotRun(f"{path} cannot be written ({error}): check the path.") from error
