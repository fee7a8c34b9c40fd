"""Examples of models and paths from the result of a survey, as `regiongate survey --json` wrote it.

Sightings in the store keep neither, so without such a file they are unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from regiongate.control.switch.used import Examples
from regiongate.domain.errors import CannotRun
from regiongate.domain.line import is_line


def examples_of(path: Path, organization: str) -> Examples:
    """The examples of one organization. Raises CannotRun where the file has none of it."""
    try:
        rows = json.loads(path.read_bytes())["organizations"]
        [said] = [row["examples"] for row in rows if row["id"] == organization]
        return Examples(_lines(said["models"]), _lines(said["paths"]))
    except OSError as error:
        raise CannotRun(f"the survey {path} cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
        raise CannotRun(f"{path} is no survey: write one with regiongate survey --json") from None
    except ValueError:
        message = f"the survey {path} says nothing of {organization}"
        raise CannotRun(f"{message}: survey with --all, or leave it out") from None


def _lines(said: Iterable[Any]) -> tuple[str, ...]:
    """Texts of logs, as far as they can be shown."""
    return tuple(text for text in said if isinstance(text, str) and is_line(text))
