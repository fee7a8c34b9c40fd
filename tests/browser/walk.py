"""Somebody at a browser: pages in a real Chromium, and what must hold on each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page

from regiongate.control.access import sessions
from regiongate.control.access.login import link, one_time
from regiongate.control.links.appeal import appeal_link
from regiongate.control.secrets import link_secret
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from tests.browser.lives import AT, DAY

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

_AXE = Axe()
_WRONG = ("serious", "critical")
_ALL = {"resultTypes": ["violations"]}
_COLOURS = _ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""Of the rules, only these see another page in the dark."""


@dataclass(frozen=True)
class Town:
    """A town that is served: where, its store, and its folder."""

    url: str
    database: Database
    folder: Path

    def code(self, person: str) -> str:
        """A link by which a person logs in once."""
        with self.database.writing() as connection:
            return link(self.url, one_time(connection, person, AT))

    def case(self, organization: str) -> int:
        """The number of the case of an organization."""
        with self.database.reading() as connection:
            found = Cases(connection).latest_of(organization)
        assert found is not None
        return found.number

    def appeal(self, organization: str) -> str:
        """The path of the appeal page of an organization, as its notices have it."""
        secret = link_secret(self.folder / "state")
        number = self.case(organization)
        site = f"{self.url}/region-access"
        found = appeal_link(site, organization, number, secret, AT + 90 * DAY)
        return found.removeprefix(self.url)


@dataclass
class Street:
    """Where people walk: opens browsers, and keeps what they complained of."""

    browser: Browser
    town: Town
    complaints: list[str] = field(default_factory=list)

    @contextmanager
    def person(self, name: str | None = None, **context: Any) -> Iterator[Page]:
        """The page of a person who is logged in, or of nobody in particular."""
        options = {"base_url": self.town.url, "viewport": DESK} | context
        with self.browser.new_context(**options) as opened:
            opened.set_default_timeout(15_000)
            if name is not None:
                with self.town.database.writing() as connection:
                    begun = sessions.begin(connection, name, "one-time", AT)
                called = f"regiongate-{urlsplit(self.town.url).port}"
                cookie = {"name": called, "value": begun.secret, "url": self.town.url}
                opened.add_cookies([cookie])  # type: ignore[list-item]
            page = opened.new_page()
            page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
            page.on("console", lambda said: self._hear(page, said.type, said.text))
            page.on("dialog", self._refuse)
            yield page

    def _refuse(self, box: Dialog) -> None:
        self.complaints.append(f"{box.page and box.page.url} asks: {box.message}")
        box.dismiss()

    def _hear(self, page: Page, kind: str, text: str) -> None:
        """A status of 4xx is an answer; anything else that is an error is one of ours."""
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.complaints.append(f"{page.url}: {text}")


def sound(page: Page) -> None:
    """Nothing serious for axe, by day and by night; and nothing to be scrolled to on a phone."""
    page.wait_for_load_state("load")  # A text that is there already may be all that has come yet.
    found = _violations(page, "light", _ALL) + _violations(page, "dark", _COLOURS)
    page.emulate_media(color_scheme="light")
    assert not found, f"{page.url}\n" + "\n".join(found)
    fits(page)


def fits(page: Page) -> None:
    """A phone need not scroll sideways."""
    before = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(before or DESK)  # type: ignore[arg-type]
    assert wide <= PHONE["width"], f"{page.url} is {wide} pixels wide on a phone"


def _violations(page: Page, scheme: Any, options: dict[str, Any]) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    found = _AXE.run(page, options=options).response["violations"]
    return [
        f"{scheme} {one['impact']} {one['id']}: {one['help']}: "
        + "; ".join(node["html"][:200] for node in one["nodes"][:5])
        for one in found
        if one["impact"] in _WRONG
    ]
