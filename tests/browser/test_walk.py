"""The console as people use it: each finds, decides, and is held back where the rules say so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.town import REQUEST
from tests.browser.walk import Street, sound

pytestmark = [pytest.mark.chromium, pytest.mark.slow]


def _rows(page: Page) -> Locator:
    """The rows of the table; a page that is still on its way is waited for with `expect`."""
    return page.locator("tbody tr")


def _confirm(page: Page, button: str, scripts: bool) -> None:
    """The consequence comes first; it is sound as every page is, and then it is confirmed."""
    expect(page.locator("main")).to_contain_text("Nothing has been changed yet")
    if scripts:  # Axe is one.
        sound(page)
    page.get_by_role("button", name=button).click()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts: all that people decide, they can decide without."""
    return bool(request.param)


def test_from_a_one_time_link_to_a_loud_case_and_out_again(street: Street) -> None:
    """A link logs in once; what is loud is two clicks away; after logging out all is shut."""
    with street.person() as page:
        link = street.town.code("otto")
        page.goto(link)
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("h1")).to_contain_text("suspend")
        page.get_by_role("link", name=re.compile("cases to look at")).click()
        page.locator("tbody a").first.click()
        expect(page.locator(".alarm")).to_contain_text("release it?")
        sound(page)
        page.get_by_role("button", name="Log out").click()
        page.goto("/console/cases")
        expect(page).to_have_url(re.compile("/console/login"))
        page.goto(link)
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("main")).to_contain_text("this code was used")
        sound(page)


def test_cases_are_found_by_name_state_and_country(street: Street, scripts: bool) -> None:
    """The beginning of a name in any script, a state, a country; and hostile names are text."""
    with street.person("vera", java_script_enabled=scripts) as page:
        page.goto("/console/cases")
        page.get_by_label("Organization or number").fill("شرکت")
        page.get_by_role("button", name="Find").click()
        expect(_rows(page)).to_have_count(1)
        page.get_by_label("Organization or number").fill("hostile")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("tbody")).to_contain_text("<img src=x onerror=alert(1)>")
        page.get_by_label("Organization or number").fill("")
        page.get_by_label("suspended", exact=True).check()
        page.get_by_label("Seen in").fill("VE")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("td .badge")).to_have_text(["suspended", "suspended"])
        page.get_by_label("Seen in").fill("FR")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("main")).to_contain_text("No case is like that")


def test_several_cases_are_released_at_once(street: Street, scripts: bool) -> None:
    """What it brings is shown for each before anything is done."""
    word = "heron" if scripts else "iris"
    with street.person("otto", java_script_enabled=scripts) as page:
        page.goto(f"/console/cases?text={word}&state=restricted&state=found&state=noticed")
        several = _rows(page).count()
        assert several > 0
        if scripts:
            page.get_by_label("Choose all on this page").check()
        else:
            for box in page.locator("tbody input").all():
                box.check()
        page.get_by_label("With those chosen").select_option("release")
        page.get_by_label("Why").fill("They moved to France.")
        page.get_by_role("button", name="Show what it brings").click()
        expect(_rows(page)).to_have_count(several)
        _confirm(page, f"Release: all {several}", scripts)
        page.goto(f"/console/cases?text={word}&state=restricted&state=found&state=noticed")
        expect(page.locator("main")).to_contain_text("No case is like that")


def test_it_is_shown_who_would_be_told(street: Street) -> None:
    """How many letters in which languages, and one of each, before anything is written."""
    with street.person("otto") as page:
        page.goto("/console/notices")
        page.get_by_label("Of", exact=True).first.select_option("on-the-day")
        page.get_by_label("Which of several").fill("once-more")
        page.get_by_role("button", name="Show who would be told").click()
        expect(page.locator("main")).to_contain_text("Nothing has been changed yet")
        expect(_rows(page)).not_to_have_count(0)
        page.locator("summary").first.click()
        expect(page.locator("pre").first).to_be_visible()
        sound(page)
        page.get_by_role("link", name="Leave it").click()
        expect(page.locator("h1")).to_have_text("Notices")


def test_one_proposes_and_another_approves(street: Street, scripts: bool) -> None:
    """Who proposed a suspension is refused to approve it; a second person is not."""
    number = street.town.case("volga-labs" if scripts else "hostile-sql")
    with street.person("axel", java_script_enabled=scripts) as page:
        page.goto(f"/console/cases/{number}")
        form = page.locator("form[action$='/propose']")
        form.get_by_label("Why").fill("All of it is from there.")
        form.get_by_role("button").click()
        expect(page.locator("pre").first).to_be_visible()
        _confirm(page, "Propose to suspend", scripts)
        expect(page.locator("h1")).to_contain_text("suspension proposed")
        _open(page, "Approve the suspension")
        page.locator("form[action$='/approve'] button").click()
        expect(page.locator("main")).to_contain_text("axel has proposed it")
        expect(page.locator("main")).not_to_contain_text("Nothing has been changed yet")
    with street.person("anna", java_script_enabled=scripts) as page:
        page.goto(f"/console/cases/{number}")
        _open(page, "Approve the suspension")
        page.locator("form[action$='/approve'] button").click()
        _confirm(page, "Approve the suspension", scripts)
        expect(page).to_have_url(re.compile(f"/console/cases/{number}$"))


def test_an_appeal_is_granted(street: Street, scripts: bool) -> None:
    """By its geofeed, or by an exemption; the letter is read before it is sent."""
    with street.person("anna", java_script_enabled=scripts) as page:
        page.goto("/console/appeals")
        organization = "peking-models" if scripts else "amber-analytics"
        row = page.locator("tr").filter(has_text=organization)
        row.get_by_role("link").first.click()
        if scripts:
            sound(page)
        expect(page.locator("main")).to_contain_text("<b>our readers</b>")
        with page.expect_download() as saved:
            page.get_by_role("link", name="feed.csv").click()
        assert saved.value.suggested_filename.endswith(".csv")
        answer = "correct as the geofeed says" if scripts else "grant an exemption"
        page.get_by_label(answer).check()
        page.get_by_label("without end").check()
        page.get_by_label("Why").fill("Their geofeed is right.")
        page.get_by_role("button", name="Show what it brings").click()
        expect(page.locator("pre").first).to_contain_text("Their geofeed is right.")
        _confirm(page, "Grant it", scripts)
        expect(page.locator("dl.facts").first).to_contain_text("granted")


def test_an_exemption_is_granted_and_ended(street: Street, scripts: bool) -> None:
    """Until a day, or without an end; ending it takes a reason."""
    name = "hostile-script" if scripts else "hostile-long"
    with street.person("anna", java_script_enabled=scripts) as page:
        page.goto("/console/exemptions")
        form = page.locator("form[action='/console/exemptions']")
        form.get_by_label("Which").fill(name)
        form.get_by_label("Until").fill("2026-12-31")
        form.get_by_label("Why").fill("A newsroom.")
        form.get_by_role("button").click()
        _confirm(page, "Exempt it", scripts)
        row = page.locator("tr").filter(has_text=name)
        expect(row).to_contain_text("2026-12-31 23:59")
        row.get_by_text("End it", exact=True).click()
        row.get_by_label("Why").fill("It moved.")
        row.get_by_role("button").click()
        expect(page.locator("tr").filter(has_text=name)).to_have_count(0)


def test_an_address_and_a_request_are_explained(street: Street, scripts: bool) -> None:
    """With the votes of the sources; what a client wrote into the log is text."""
    with street.person("vera", java_script_enabled=scripts) as page:
        page.goto("/console/explain")
        page.get_by_label("An address, or the id of a request").fill("1.64.0.9")
        page.get_by_role("button", name="Explain").click()
        expect(page.locator("#answer")).to_contain_text("block")
        expect(_rows(page)).to_have_count(3)
        page.get_by_label("An address, or the id of a request").fill(REQUEST)
        page.get_by_role("button", name="Explain").click()
        expect(page.locator("dl.facts")).to_contain_text("<script>alert(1)</script>")
        expect(page.locator("dl.facts")).to_contain_text("<b>peking</b>")


def test_a_draft_is_mended_proposed_and_not_published_by_its_author(street: Street) -> None:
    """A problem stands beside its line; the author is not offered to publish, and another is."""
    with street.person("anna") as page:
        page.goto("/console/policy/new")
        text = page.get_by_label("The policy file")
        written = text.input_value()
        text.fill(written.replace("disputed: warn", "disputed: wran"))
        page.get_by_label("Why").fill("Half a region is not enough.")
        page.get_by_role("button", name="Look at what it brings").click()
        expect(page.locator("tr .badge.bad")).to_contain_text("column")
        sound(page)
        page.get_by_label("The policy file").fill(
            written.replace("disputed: warn", "disputed: block")
        )
        page.get_by_role("button", name="Look at what it brings").click()
        expect(page.locator("#brings")).to_be_visible()
        sound(page)
        page.get_by_role("button", name="Propose it to a second person").click()
        expect(page.locator("main")).to_contain_text("Somebody else publishes it")
        where = page.url
    with street.person("axel") as page:
        page.goto(where)
        expect(page.get_by_role("button", name="Publish it")).to_be_visible()


def test_the_trail_is_verified(street: Street) -> None:
    """One click computes the whole chain again."""
    with street.person("vera") as page:
        page.goto("/console/audit")
        page.get_by_role("link", name="Verify the whole trail").click()
        expect(page.locator("h1")).to_have_text("The trail is whole")


def _open(page: Page, title: str) -> None:
    """Open the decision of a title, where it is not open."""
    found = page.locator("details").filter(has=page.get_by_text(title, exact=True))
    if found.get_attribute("open") is None:
        found.locator("summary").click()
