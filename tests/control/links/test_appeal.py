"""The signed link: what it says is what was signed, to the last character."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.control.links.appeal import BadLink, appeal_link, read_link

SECRET = bytes(range(32))
END = datetime(2026, 7, 1, 12, tzinfo=UTC)
AT = END - timedelta(days=30)
SITE = "https://example.com/region-access"


def _token(organization: str = "acme", case: int = 17) -> str:
    link = appeal_link(SITE, organization, case, SECRET, END)
    return parse_qs(urlsplit(link).query)["token"][0]


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=256), st.integers(1, 10**12))
def test_what_is_signed_is_read(organization: str, case: int) -> None:
    """Whatever the id and the number, the link brings them back, with its end."""
    found = read_link(_token(organization, case), SECRET, AT)
    assert (found.organization, found.case, found.expires) == (organization, case, END)


def test_the_link_is_below_the_site() -> None:
    """It is the page of appeals, the same for the same facts, and needs no quoting."""
    link = appeal_link(SITE, "acme", 17, SECRET, END)
    assert link == appeal_link(SITE, "acme", 17, SECRET, END + timedelta(milliseconds=900))
    assert link.startswith(f"{SITE}/appeal?token=17.1782907200.YWNtZQ.")


@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    """No character of it can be another, be added or be left out."""
    token = _token()
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters())
    changed = data.draw(
        st.sampled_from(
            [
                token[:place] + letter + token[place + 1 :],
                token[:place] + letter + token[place:],
                token[:place] + token[place + 1 :],
                token[:place],
            ]
        )
    )
    if changed != token:
        with pytest.raises(BadLink, match="was changed"):
            read_link(changed, SECRET, AT)


@pytest.mark.parametrize(
    "token", ["", ".", "...", "17", "a" * 10_000, "é.é.é.é", "0.0.YQ." + "A" * 43]
)
def test_nonsense_is_refused(token: str) -> None:
    """What was never a token is refused as one that was changed."""
    with pytest.raises(BadLink, match="was changed"):
        read_link(token, SECRET, AT)


def test_another_secret_is_another_house() -> None:
    """A token of another provider opens nothing here."""
    with pytest.raises(BadLink, match="was changed"):
        read_link(_token(), bytes(32), AT)


def test_it_ends() -> None:
    """From its end on it says when it ended, and what to do."""
    read_link(_token(), SECRET, END - timedelta(seconds=1))
    with pytest.raises(BadLink, match="ended on 2026-07-01 12:00 UTC: use the one in the latest"):
        read_link(_token(), SECRET, END)
