"""The page of a case, and the decisions that are made on it."""

from __future__ import annotations

from regiongate.domain.audit import Tag
from regiongate.domain.case import CaseState
from regiongate.server.house import House
from regiongate.store.audit import AuditTrail
from regiongate.store.cases import Cases
from tests.support.cases import know
from tests.support.desks import opened
from tests.support.house import WARN, browser, csrf_of, visitor


def _case(house: House, name: str = "acme") -> int:
    know(house.database, name, at=WARN)
    [case] = opened(house.database, name, at=WARN)
    return case.number


def test_whoever_is_not_logged_in_is_sent_to_log_in(house: House) -> None:
    """A page of the console leads to the login, which leads back."""
    answer = visitor(house).get("/console/cases/1?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/login?next=/console/cases/1%3Fx%3D1"


def test_a_case_shows_what_was_seen_and_the_view_is_written_down(house: House) -> None:
    """The page names organization and state, and the audit trail names who looked."""
    number = _case(house)
    answer = browser(house, "vera").get(f"/console/cases/{number}")
    assert answer.status_code == 200
    assert "acme" in answer.text
    with house.reading() as connection:
        entries = AuditTrail(connection).entries()
        [seen] = [one for one in entries if one.tag == Tag.PERSONAL_DATA_VIEWED]
    assert seen.content is not None
    assert (seen.content.actor, seen.content.organization) == ("vera", "acme")


def test_a_release_shows_its_consequence_and_changes_nothing_before_it_is_confirmed(
    house: House,
) -> None:
    """First the letter that would be sent, then the decision."""
    number = _case(house)
    client = browser(house, "otto")
    csrf = csrf_of(client.get(f"/console/cases/{number}").text)
    form = {"csrf": csrf, "reason": "All calls come from Germany.", "steps": "1"}
    shown = client.post(f"/console/cases/{number}/release", data=form)
    assert shown.status_code == 200, shown.text
    assert "Nothing has been changed yet" in shown.text
    with house.reading() as connection:
        assert Cases(connection).get(number).state is CaseState.FOUND  # type: ignore[union-attr]
    done = client.post(f"/console/cases/{number}/release", data=form | {"confirmed": "true"})
    assert done.status_code == 303
    with house.reading() as connection:
        assert Cases(connection).get(number).state is CaseState.RELEASED  # type: ignore[union-attr]


def test_a_form_without_the_token_of_the_session_changes_nothing(house: House) -> None:
    """Another site can send a form with the cookie, and not with the token (CSRF)."""
    number = _case(house)
    client = browser(house, "otto")
    form = {"reason": "x", "confirmed": "true"}
    assert client.post(f"/console/cases/{number}/release", data=form).status_code == 403


def test_a_viewer_decides_nothing(house: House) -> None:
    """The role is asked on the server, whatever the page offered."""
    number = _case(house)
    client = browser(house, "vera")
    csrf = csrf_of(client.get(f"/console/cases/{number}").text)
    form = {"csrf": csrf, "reason": "x", "confirmed": "true"}
    assert client.post(f"/console/cases/{number}/release", data=form).status_code == 403
