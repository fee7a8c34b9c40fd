"""Exemptions, appeals, explanations and sources: what a person sees and decides."""

from __future__ import annotations

from regiongate.control.appeal.evidence import Upload
from regiongate.control.appeal.open import open_for
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.statement import statement
from regiongate.domain.appeal import AppealState
from regiongate.domain.exemption import Correction
from regiongate.server.house import House
from regiongate.store.appeals import Appeals
from regiongate.store.audit import AuditTrail
from regiongate.store.exemptions import Corrections, Exemptions
from tests.support.cases import know
from tests.support.desks import opened
from tests.support.house import WARN, browser, csrf_of

GEOFEED = b"198.51.100.0/24,FR,,,\n"


def _case(house: House, name: str = "acme") -> int:
    know(house.database, name, at=WARN)
    [case] = opened(house.database, name, at=WARN)
    return case.number


def _appeal(house: House, text: str = "We are in France.") -> str:
    number = _case(house)
    with house.writing() as connection:
        sitting = Sitting(connection, house.desk(), house.clock())
        said = statement(text, [Upload("feed.csv", GEOFEED)])
        return open_for(sitting, number, "otto", said).appeal.id


def _exemptions(house: House) -> int:
    with house.reading() as connection:
        return len(Exemptions(connection).in_force(house.clock()))


def test_an_exemption_is_shown_before_it_is_granted(house: House) -> None:
    """The first post changes nothing and says who would be told; the second grants it."""
    _case(house)
    client = browser(house, "anna")
    csrf = csrf_of(client.get("/console/exemptions").text)
    form = {"csrf": csrf, "subject": "acme", "until": "2026-12-31", "reason": "A newsroom."}
    shown = client.post("/console/exemptions", data=form)
    assert shown.status_code == 200, shown.text
    assert "Nothing has been changed yet" in shown.text and "2026-12-31 23:59" in shown.text
    assert _exemptions(house) == 0
    done = client.post("/console/exemptions", data=form | {"confirmed": "true"})
    assert done.status_code == 303
    assert _exemptions(house) == 1


def test_an_exemption_without_an_end_must_be_said_so(house: House) -> None:
    """No day and no word is not taken for forever."""
    _case(house)
    client = browser(house, "anna")
    form = {"csrf": csrf_of(client.get("/console/exemptions").text), "subject": "acme"}
    answer = client.post("/console/exemptions", data=form | {"reason": "x", "confirmed": "true"})
    assert answer.status_code == 422
    assert _exemptions(house) == 0


def test_an_exemption_is_ended_once_its_end_was_looked_at(house: House) -> None:
    """The first press shows what it brings; the second ends it."""
    _case(house)
    client = browser(house, "anna")
    csrf = csrf_of(client.get("/console/exemptions").text)
    form = {"csrf": csrf, "subject": "acme", "no_end": "true", "reason": "x", "confirmed": "true"}
    client.post("/console/exemptions", data=form)
    with house.reading() as connection:
        [one] = Exemptions(connection).in_force(house.clock())
    said = {"csrf": csrf, "reason": "It moved."}
    looked = client.post(f"/console/exemptions/{one.id}/end", data=said)
    assert looked.status_code == 200 and "the region rules apply to it again" in looked.text
    assert _exemptions(house) == 1
    said |= {"confirmed": "true"}
    assert client.post(f"/console/exemptions/{one.id}/end", data=said).status_code == 303
    assert _exemptions(house) == 0


def test_a_correction_is_looked_at_made_and_ended(house: House) -> None:
    """Each of both is shown before it is done, and neither press alone does it."""
    client = browser(house, "anna")
    csrf = csrf_of(client.get("/console/exemptions").text)

    def corrections() -> list[Correction]:
        with house.reading() as connection:
            return Corrections(connection).in_force(house.clock())

    form = {"csrf": csrf, "network": "192.0.2.0/24", "region": "CN", "no_end": "true"}
    form["reason"] = "<b>They said so.</b>"
    looked = client.post("/console/exemptions/corrections", data=form)
    assert "not supported" in looked.text and "<b>" not in looked.text
    assert corrections() == []
    form["confirmed"] = "true"
    assert client.post("/console/exemptions/corrections", data=form).status_code == 303
    [one] = corrections()
    said = {"csrf": csrf, "reason": "It moved."}
    looked = client.post(f"/console/exemptions/{one.id}/end", data=said)
    assert "is no longer taken for CN" in looked.text and corrections() == [one]
    done = client.post(f"/console/exemptions/{one.id}/end", data=said | {"confirmed": "true"})
    assert done.status_code == 303 and corrections() == []


def test_what_is_in_force_is_shown_with_a_way_to_end_it(house: House) -> None:
    """Whoever may end it finds the form at it; whoever may not only reads."""
    _case(house)
    client = browser(house, "anna")
    csrf = csrf_of(client.get("/console/exemptions").text)
    form = {"csrf": csrf, "subject": "acme", "no_end": "true", "reason": "x", "confirmed": "true"}
    client.post("/console/exemptions", data=form)
    shown, read = (
        client.get("/console/exemptions"),
        browser(house, "vera").get("/console/exemptions"),
    )
    assert (shown.status_code, read.status_code) == (200, 200)
    assert "/end" in shown.text and "acme" in read.text and "/end" not in read.text


def test_an_appeal_is_denied_after_its_letter_was_read(house: House) -> None:
    """The consequence shows the letter; nothing is decided before it is confirmed."""
    name = _appeal(house)
    client = browser(house, "anna")
    page = client.get(f"/console/appeals/{name}")
    assert "We are in France." in page.text
    form = {"csrf": csrf_of(page.text), "answer": "denial", "reason": "The traffic goes on."}
    shown = client.post(f"/console/appeals/{name}", data=form)
    assert shown.status_code == 200, shown.text
    assert "The traffic goes on." in shown.text and "<pre" in shown.text
    assert client.post(f"/console/appeals/{name}", data=form | {"confirmed": "true"}).is_redirect
    with house.reading() as connection:
        found = Appeals(connection).get(name)
    assert found is not None and found.state is AppealState.DENIED


def test_the_geofeed_of_an_appeal_becomes_corrections(house: House) -> None:
    """What the file says of its networks is in force once it is granted."""
    name = _appeal(house)
    client = browser(house, "anna")
    form = {
        "csrf": csrf_of(client.get(f"/console/appeals/{name}").text),
        "answer": "corrections",
        "file": "1",
        "no_end": "true",
        "reason": "The feed is right.",
        "confirmed": "true",
    }
    assert client.post(f"/console/appeals/{name}", data=form).status_code == 303
    with house.reading() as connection:
        [one] = Corrections(connection).in_force(house.clock())
    assert (str(one.network), one.region) == ("198.51.100.0/24", "FR")


def test_a_file_of_a_stranger_is_saved_and_never_shown(house: House) -> None:
    """Whatever its name and content, the browser gets an attachment of no type."""
    name = _appeal(house)
    answer = browser(house, "vera").get(f"/console/appeals/{name}/files/1")
    assert answer.content == GEOFEED
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}-1.csv"'


def test_what_strangers_write_is_text(house: House) -> None:
    """Markup in an appeal is shown, and is none."""
    name = _appeal(house, "<script>alert(1)</script>")
    text = browser(house, "vera").get(f"/console/appeals/{name}").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_an_address_is_explained_with_the_votes(house: House) -> None:
    """The page says the verdict, the rule, and what each source says."""
    answer = browser(house, "vera").get("/console/explain", params={"what": "1.2.4.8"})
    assert "list:openai-2024-08" in answer.text
    assert "iptoasn" in answer.text


def test_what_is_no_address_and_no_request_is_told_so(house: House) -> None:
    """The page says what is wrong, and shows the form again."""
    for what in ("1.2.3.400", "<b>x-y</b>"):
        answer = browser(house, "vera").get("/console/explain", params={"what": what})
        assert answer.status_code == 200
        assert 'role="alert"' in answer.text
        assert "<b>" not in answer.text


def test_the_sources_show_and_compare(house: House) -> None:
    """Both pages answer without a gateway, and the map is drawn."""
    client = browser(house, "vera")
    assert client.get("/console/sources").status_code == 200
    answer = client.get("/console/sources/agreement")
    assert answer.status_code == 200 and 'data-region="FR"' in answer.text


def test_nothing_was_written_by_looking(house: House) -> None:
    """Pages without personal data leave no trace, and open on an empty store."""
    client = browser(house, "vera")
    before = _events(house)
    pages = ("appeals", "exemptions", "explain", "policy", "sources")
    assert [client.get(f"/console/{page}").status_code for page in pages] == [200] * len(pages)
    assert _events(house) == before


def _events(house: House) -> int:
    with house.reading() as connection:
        return AuditTrail(connection).count()
