"""Secrets: what they look like, and what is none."""

from __future__ import annotations

import hashlib
import re

import pytest

from regiongate.control.access.secret import Kind, digest_of, holds_secret, new_secret


@pytest.mark.parametrize("kind", Kind)
def test_a_secret_is_known_by_its_digest(kind: Kind) -> None:
    """It begins with its kind, is of one length, and its digest is the SHA-256 of its text."""
    made = new_secret(kind)
    assert re.fullmatch(rf"{kind}_[0-9A-Za-z]{{49}}", made.text)
    assert digest_of(made.text, kind) == made.digest
    assert made.digest == hashlib.sha256(made.text.encode()).hexdigest()
    assert made.text not in repr(made)


def test_no_secret_opens_what_is_of_another_kind() -> None:
    """What a session shows is no token, and so on."""
    for kind in Kind:
        text = new_secret(kind).text
        assert [other for other in Kind if digest_of(text, other)] == [kind]


def test_no_two_are_the_same() -> None:
    """A thousand are a thousand."""
    assert len({new_secret(Kind.TOKEN).text for _ in range(1000)}) == 1000


def test_what_was_mistyped_is_no_secret() -> None:
    """Any one character that is changed, missing or added is found out before the store is."""
    text = new_secret(Kind.TOKEN).text
    wrong = [text[:at] + ("a" if text[at] != "a" else "b") + text[at + 1 :] for at in range(52)]
    wrong += [text[:-1], f"{text}0", f" {text}", f"{text}\n", text.upper(), "", "rg_", "ключ"]
    assert [one for one in wrong if digest_of(one, Kind.TOKEN) is not None] == []


def test_a_secret_is_found_wherever_it_stands() -> None:
    """In the middle of a body, too; a word of the same shape is none."""
    text = new_secret(Kind.LOGIN).text
    assert holds_secret(f'{{"url": "/login?code={text}"}}'.encode())
    assert not holds_secret(b'{"id": "rg_' + b"a" * 49 + b'"}')
