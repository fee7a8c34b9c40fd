"""Without a mouse: one decision from the first Tab to its end, and the focus always in sight."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walk import Street

pytestmark = pytest.mark.chromium

_FOCUSED = """() => {
  const one = document.activeElement, look = getComputedStyle(one);
  return { text: (one.innerText || one.value || one.name || '').trim(), tag: one.tagName,
           name: one.name || '',
           seen: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2 };
}"""


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what has the focus is called so; on the way, the focus is always seen."""
    page.wait_for_load_state("load")
    for _ in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate(_FOCUSED)
        if here["tag"] == "BODY":
            continue
        assert here["seen"], f"nobody sees that {here} has the focus"
        if wanted in (here["text"], here["name"]):
            return
    raise AssertionError(f"no Tab leads to {wanted!r} on {page.url}")


def test_a_case_is_released_with_the_keyboard_alone(street: Street) -> None:
    """Skip to the content, open the decision, say why, look at what it brings, confirm."""
    number = street.town.case("ember-robotics")
    with street.person("otto") as page:
        page.goto(f"/console/cases/{number}")
        page.keyboard.press("Tab")
        expect(page.get_by_text("To the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("#main$"))
        _tab_to(page, "Release")
        page.keyboard.press("Enter")
        _tab_to(page, "reason")
        page.keyboard.type("They moved.")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("Nothing has been changed yet")
        _tab_to(page, "Release")
        page.keyboard.press("Enter")
        expect(page.locator("h1 .badge")).to_have_text("released")


def test_a_table_that_is_too_wide_is_scrolled_with_the_keyboard(street: Street) -> None:
    """Whatever scrolls by itself can be reached, and moves."""
    with street.person("vera", viewport={"width": 390, "height": 844}) as page:
        page.goto("/console/cases?text=hostile")
        table = page.get_by_role("region", name="Cases")
        table.focus()
        page.keyboard.press("ArrowRight")
        # Our policy forbids the page to evaluate text, so the question is asked from outside.
        for _ in range(100):
            if page.evaluate("document.activeElement.scrollLeft > 0"):
                return
            page.wait_for_timeout(50)
    raise AssertionError("the arrow moved nothing")
