"""Every page: sound for a screen reader, by day and by night, and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.town import REQUEST
from tests.browser.walk import PHONE, Street, fits, sound

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


def test_the_places_stand_in_one_line_in_a_small_window(street: Street) -> None:
    """At 1100 pixels nothing of the frame wraps; below that, all places have lines of their own."""
    with street.person("anna", viewport={"width": 1100, "height": 700}) as page:
        page.goto("/console/cases")
        expect(page.get_by_role("link", name="Audit")).to_be_visible()
        places = page.get_by_role("navigation", name="Console").get_by_role("link")
        tops = {round(one.bounding_box()["y"]) for one in places.all()}  # type: ignore[index]
        assert len(tops) == 1


def test_what_is_drawn_can_be_read_on_a_phone(street: Street) -> None:
    """Every text of a picture is about 11 pixels high at least, and within its picture."""
    with street.person("anna", viewport=PHONE) as page:
        page.goto("/console/?days=90")
        expect(page.get_by_role("figure", name="Requests a day")).to_be_visible()
        found = page.evaluate(_DRAWN)
        assert found
        assert [one for one in found if one["size"] < 10.9 or not one["within"]] == []


_DRAWN = """
[...document.querySelectorAll(".rg-figure text")].filter(one => one.getClientRects().length)
  .map(one => {
    const svg = one.ownerSVGElement, paper = svg.getBoundingClientRect();
    const place = one.getBoundingClientRect();
    const size = one.getAttribute("font-size") * paper.width / svg.viewBox.baseVal.width;
    const within = place.left >= paper.left - 1 && place.right <= paper.right + 1;
    return {text: one.textContent, size, within};
  })
"""
