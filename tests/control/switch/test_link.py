"""The link to a plan: it opens the plan it was signed for, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from regiongate.control.links.appeal import appeal_link, read_link
from regiongate.control.links.token import BadLink
from regiongate.control.switch.link import PlanLink, plan_link, read_plan_link

SECRET = bytes(range(32))
END = datetime(2026, 7, 1, 12, tzinfo=UTC)
AT = END - timedelta(days=30)


def _token(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


def test_it_says_whose_plan_and_until_when() -> None:
    """What was signed is read; the same facts make the same link."""
    link = plan_link("https://example.com", "acme", SECRET, END)
    assert link == plan_link("https://example.com", "acme", SECRET, END)
    assert link.startswith("https://example.com/switch?token=")
    assert read_plan_link(_token(link), SECRET, AT) == PlanLink("acme", END)


def test_it_opens_no_appeal_and_an_appeal_no_plan() -> None:
    """What was signed for one purpose is refused for the other."""
    to_plan = _token(plan_link("", "acme", SECRET, END))
    to_appeal = _token(appeal_link("", "acme", 17, SECRET, END))
    with pytest.raises(BadLink, match="was changed"):
        read_link(to_plan, SECRET, AT)
    with pytest.raises(BadLink, match="was changed"):
        read_plan_link(to_appeal, SECRET, AT)


def test_it_ends() -> None:
    """From its end on it opens nothing."""
    token = _token(plan_link("", "acme", SECRET, END))
    with pytest.raises(BadLink, match="ended on 2026-07-01"):
        read_plan_link(token, SECRET, END)


@pytest.mark.parametrize("place", range(0, 60, 7))
def test_a_changed_token_is_refused(place: int) -> None:
    """No character of it can be another."""
    token = _token(plan_link("", "acme", SECRET, END))
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    with pytest.raises(BadLink, match="was changed"):
        read_plan_link(changed, SECRET, AT)
