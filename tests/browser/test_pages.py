"""Every page: sound for a screen reader, by day and by night, and on a phone."""

from __future__ import annotations

import pytest

from tests.browser.town import REQUEST
from tests.browser.walk import Street, fits, sound

pytestmark = [pytest.mark.chromium, pytest.mark.slow]

CONSOLE = (
    "",
    "cases",
    "notices",
    "appeals",
    "exemptions",
    "explain",
    "explain?what=1.2.4.8&organization=acme",
    f"explain?what={REQUEST}",
    "policy",
    "policy/new",
    "policy/drafts/1",
    "sources",
    "sources/agreement",
    "audit",
    "audit/verify",
    "cases/999999",
)
PUBLIC = ("see", "measure", "appeal", "alternatives", "alternatives?region=CN", "nowhere")


@pytest.mark.parametrize("place", CONSOLE)
def test_a_page_of_the_console_is_sound(street: Street, place: str) -> None:
    """Axe finds nothing serious, in light and dark, and a phone need not scroll sideways."""
    with street.person("anna") as page:
        page.goto(f"/console/{place}")
        sound(page)


def test_the_login_is_sound(street: Street) -> None:
    """So is the one page that everybody sees."""
    with street.person() as page:
        page.goto("/console/")
        sound(page)


@pytest.mark.parametrize("place", PUBLIC)
def test_a_public_page_is_sound(street: Street, place: str) -> None:
    """For somebody at a refused address; and it fits a phone from right to left as well."""
    headers = {"x-regiongate-client-address": "1.2.4.8"}
    with street.person(extra_http_headers=headers) as page:
        start = f"/region-access/{place}{'&' if '?' in place else '?'}lang="
        page.goto(f"{start}en")
        sound(page)
        page.goto(f"{start}fa")
        fits(page)
