"""Makes `docs/screenshots/*.png`: the console and the public pages in a real Chromium.

    python -m tools.screenshots [--out FOLDER]

The town of the browser tests is served, with its clock standing still and its ids drawn from a
seed. With the same Chromium and the same fonts (DejaVu, Droid Fallback) the same bytes come out.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from tests.browser.server import repeat, served
from tests.browser.town import REQUEST
from tests.browser.walk import PHONE, Street, Town

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
LARGEST = 150_000
"""Bytes of a picture: they are in the repository for good."""

_PORT, _SEED = 18780, 2024
_WINDOW = {"width": 1100, "height": 780}
_REFUSED = {"extra_http_headers": {"x-regiongate-client-address": "1.2.4.8"}}

Do = Callable[[Page, Town], object]


@dataclass(frozen=True)
class Shot:
    """A picture: its name, who looks, how a page comes to be what it shows, and in which window."""

    name: str
    person: str | None
    do: Do
    window: dict[str, Any] = field(default_factory=dict)


def _at(path: str) -> Do:
    return lambda page, _: page.goto(path)


def _case(page: Page, town: Town) -> None:
    page.goto(f"/console/cases/{town.case('harbour-chat')}")


def _decision(page: Page, town: Town) -> None:
    page.goto(f"/console/cases/{town.case('volga-labs')}")
    form = page.locator("form[action$='/propose']")
    form.get_by_label("Why").fill("All of its traffic is from there.")
    form.get_by_role("button").click()


def _appeal(page: Page, _: Town) -> None:
    page.goto("/console/appeals")
    page.locator("tbody a").first.click()


def _draft(page: Page, _: Town) -> None:
    page.goto("/console/policy/new")
    text = page.get_by_label("The policy file")
    text.fill(text.input_value().replace("disputed: warn", "disputed: wran"))
    page.get_by_label("Why").fill("Half a region is not enough.")
    page.get_by_role("button", name="Look at what it brings").click()


def _appeal_form(page: Page, town: Town) -> None:
    page.goto(f"{town.appeal('arman-data')}&lang=en")


_OVERVIEW = _at("/console/?days=90")

SHOTS = (
    Shot("overview", "anna", _OVERVIEW, {"viewport": {"width": 1100, "height": 1000}}),
    Shot("overview-dark", "anna", _OVERVIEW, {"color_scheme": "dark"}),
    Shot("overview-phone", "anna", _OVERVIEW, {"viewport": PHONE}),
    Shot("cases", "otto", _at("/console/cases?country=RU&sort=unsupported")),
    Shot("case", "otto", _case),
    Shot("decision", "otto", _decision),
    Shot("appeal", "anna", _appeal),
    Shot("draft", "otto", _draft, {"viewport": {"width": 1100, "height": 1000}}),
    Shot("explain", "vera", _at(f"/console/explain?what={REQUEST}")),
    Shot("audit", "vera", _at("/console/audit?organization=harbour-chat")),
    Shot("see", None, _at("/region-access/see?lang=en"), _REFUSED),
    Shot("see-fa", None, _at("/region-access/see?lang=fa"), _REFUSED),
    Shot("appeal-form", None, _appeal_form, _REFUSED),
)


def make(folder: Path) -> None:
    """Make every picture. Raises CannotRun without a Chromium, and for one that is too large."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise CannotRun("there is no Chromium: apt-get install chromium")
    folder.mkdir(exist_ok=True)
    repeat(_SEED)
    with tempfile.TemporaryDirectory() as town_folder, sync_playwright() as playwright:
        home = Path(town_folder)
        with served(home, _PORT, _SEED) as url:
            database = Database.open(f"sqlite:///{home}/regiongate.db")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            street = Street(browser, Town(url, database, home))
            for shot in SHOTS:
                _take(street, shot, folder / f"{shot.name}.png")
            browser.close()
            database.close()


def _take(street: Street, shot: Shot, to: Path) -> None:
    with street.person(shot.person, **({"viewport": _WINDOW} | shot.window)) as page:
        shot.do(page, street.town)
        page.evaluate("document.fonts.ready.then(() => true)")
        page.screenshot(path=to, animations="disabled")
    if to.stat().st_size > LARGEST:
        raise CannotRun(f"{to} has {to.stat().st_size} bytes, at most {LARGEST} are wanted")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    make(parser.parse_args().out)
