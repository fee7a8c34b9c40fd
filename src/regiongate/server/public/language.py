"""In which language a public page is, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from fastapi import Request
from markupsafe import Markup

from regiongate.notify.language import ENGLISH, LANGUAGES, Language, primary

NAMES = {"en": "English", "zh": "中文", "ru": "Русский", "fa": "فارسی", "es": "Español"}
"""What each language calls itself."""


class Words:
    """The words of one language: `words("see.title", country="FR")`.

    Values are escaped where they stand; a word that is missing, or a value too few, is an error.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._said = catalogue(language.code)

    def __call__(self, name: str, **values: Any) -> Markup:
        """The word of a name with its values filled in."""
        # The words are files of ours; what is filled in is escaped.
        return Markup(self._said[name]).format(**values)  # noqa: S704


def language_of(request: Request) -> Language:
    """The language of `?lang=`, else the first of Accept-Language that we have, else English.

    What a browser lists is in the order of its preference (RFC 9110, 12.5.4); weights that say
    otherwise are rare, and only the order is read.
    """
    wanted = [request.query_params.get("lang", "")]
    accepted = request.headers.get("accept-language", "")[:1000].split(",")
    wanted += [one.partition(";")[0].strip() for one in accepted]
    known = (LANGUAGES.get(primary(one)) for one in wanted)
    return next((one for one in known if one is not None), ENGLISH)


@cache
def catalogue(code: str) -> Mapping[str, str]:
    """All words of a language by name: the files `words/*.CODE.yaml`, one for each page."""
    found: dict[str, str] = {}
    folder = files("regiongate.server.public").joinpath("words")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(f".{code}.yaml"):
            said = yaml.safe_load(file.read_text("utf-8"))
            page = file.name.partition(".")[0]
            found |= {f"{page}.{name}": str(text) for name, text in said.items()}
    return found
