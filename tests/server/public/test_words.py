"""The words of the public pages: the same in every language, all of them said, all escaped."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Formatter

import pytest

from regiongate.notify.language import LANGUAGES
from regiongate.server.public.language import NAMES, Words, catalogue

_PUBLIC = files("regiongate.server.public")
_SAID = re.compile(r"""words\(\s*"([a-z.-]+)"(\s*~)?|"([a-z]+\.[a-z-]+)" if |else "([a-z.-]+)",?""")
_NO_WORD = re.compile(r"[<>]|\{[^}]*[!:.\[]")
"""Markup, or a placeholder that reaches into its value."""


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_each_language_of_the_notices_has_words_and_a_name() -> None:
    """Whoever got a notice can read the pages it leads to."""
    assert NAMES.keys() == LANGUAGES.keys()
    assert all(catalogue(code) for code in LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_says_the_same_with_the_same_facts(code: str) -> None:
    """No word is missing, none is too many, and each names the same values."""
    english = {name: _placeholders(text) for name, text in catalogue("en").items()}
    assert {name: _placeholders(text) for name, text in catalogue(code).items()} == english


@pytest.mark.parametrize("code", LANGUAGES)
def test_whatever_stands_in_a_sentence_is_escaped(code: str) -> None:
    """A hostile value does not become markup, and no word has markup or reaches into a value."""
    words = Words(LANGUAGES[code])
    for name, text in catalogue(code).items():
        assert not _NO_WORD.search(text), name
        said = words(name, **dict.fromkeys(_placeholders(text), "<b>"))
        assert said.count("&lt;b&gt;") == text.count("{") and "<" not in said, name


def test_a_value_that_is_missing_is_an_error() -> None:
    """No sentence goes out with a hole in it."""
    with pytest.raises(KeyError):
        Words(LANGUAGES["en"])("frame.contact")


def test_every_word_is_said_somewhere() -> None:
    """What no template names is not translated five times."""
    text = "".join(one.read_text("utf-8") for one in _PUBLIC.joinpath("templates").iterdir())
    exact: set[str] = set()
    beginnings: set[str] = set()
    for name, joined, first, second in _SAID.findall(text):
        (beginnings if joined else exact).add(name or first or second)
    unsaid = [
        name
        for name in catalogue("en")
        if name not in exact and not any(name.startswith(one) for one in beginnings)
    ]
    assert unsaid == []
