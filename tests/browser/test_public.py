"""The public pages as somebody at a refused address meets them, in each of the languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from regiongate.server.public.language import NAMES, catalogue
from tests.browser.walk import PHONE, Street, sound

pytestmark = pytest.mark.chromium

REFUSED = {"x-regiongate-client-address": "1.2.4.9"}


@pytest.mark.parametrize("language", NAMES)
def test_each_language_is_reached_by_its_own_name(street: Street, language: str) -> None:
    """From what a browser asks for to every page; Persian runs from right to left."""
    said = catalogue(language)
    with street.person(extra_http_headers=REFUSED, java_script_enabled=False) as page:
        page.goto("/region-access/")
        page.get_by_role("link", name=NAMES[language], exact=True).click()
        for name in ("see", "measure", "appeal", "alternatives"):
            page.get_by_role("link", name=said[f"frame.{name}"], exact=True).first.click()
            expect(page).to_have_url(re.compile(f"/region-access/{name}"))
            root = page.locator("html")
            expect(root).to_have_attribute("lang", language)
            expect(root).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")
        heading = page.locator("h1").bounding_box()
        assert heading is not None


def test_persian_begins_at_the_right(street: Street) -> None:
    """The first thing of a line stands at the right edge, and an address still reads forward."""
    with street.person(extra_http_headers=REFUSED, locale="fa-IR") as page:
        page.goto("/region-access/see")
        brand = page.locator(".brand").bounding_box()
        assert brand is not None
        assert brand["x"] > 640
        expect(page.locator("dl.facts").first).to_contain_text("1.2.4.9")
        sound(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_appeal_is_sent_by_the_link_of_a_notice(street: Street, scripts: bool) -> None:
    """An empty one comes back with what is wrong; a whole one is received and can be seen."""
    organization = "arman-data" if scripts else "hostile-template"
    to = street.town.appeal(organization)
    options = {"extra_http_headers": REFUSED, "java_script_enabled": scripts, "viewport": PHONE}
    with street.person(**options) as page:  # type: ignore[arg-type]
        page.goto(f"{to}&lang=en")
        if scripts:
            sound(page)
        page.locator("textarea").fill(" \n ")
        page.locator("main form button").click()
        expect(page.get_by_role("alert")).to_be_visible()
        if scripts:
            sound(page)
        page.locator("textarea").fill("<script>alert(1)</script> We are in Paris.")
        feed = {"name": '"><b>feed.csv', "mimeType": "text/csv", "buffer": b"1.2.4.0/24,FR,,,\n"}
        page.locator("input[type=file]").set_input_files(feed)  # type: ignore[arg-type]
        page.locator("main form button").click()
        expect(page.get_by_role("status")).to_be_visible()
        expect(page.locator("pre.said")).to_contain_text("<script>alert(1)</script>")
        if scripts:
            sound(page)
