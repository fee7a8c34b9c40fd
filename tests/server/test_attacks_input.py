"""What strangers type is data everywhere: in questions to the store, on pages, in headers."""

from __future__ import annotations

import json
import re

import pytest

from regiongate.control.appeal.evidence import Upload
from regiongate.control.appeal.open import open_for
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.statement import statement
from regiongate.server.house import House
from regiongate.server.security.size import LARGEST
from tests.support.cases import CHINESE, know, saw, see
from tests.support.desks import announced, opened
from tests.support.house import AT, WARN, browser, csrf_of, visitor

SQL = (
    "' OR '1'='1",
    "'; DROP TABLE case_file;--",
    '" OR 1=1 --',
    "%",
    "_",
    "\\",
    "a' UNION SELECT 1--",
)
ODD = ("\x00", "a\x00b", "\ud7ff\U0010ffff", "\u202eevil", "x" * 300, "🦊" * 100)
MARKUP = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"
LINES = "x\r\nset-cookie: a=b\r\n\r\n<b>"

FILTERS = (
    ("cases", "text"),
    ("cases", "country"),
    ("cases", "state"),
    ("cases", "sort"),
    ("cases", "loud"),
    ("cases", "cursor"),
    ("notices", "state"),
    ("notices", "event"),
    ("notices", "cursor"),
    ("incentives", "account"),
    ("audit", "tag"),
    ("audit", "actor"),
    ("audit", "organization"),
    ("audit", "since"),
    ("audit", "until"),
    ("audit", "cursor"),
    ("explain", "what"),
    ("explain", "organization"),
    ("explain", "path"),
    ("exemptions", "organization"),
    ("", "days"),
)


@pytest.mark.parametrize(("page", "name"), FILTERS, ids="-".join)
def test_a_filter_is_only_compared(house: House, page: str, name: str) -> None:
    """Whatever it says, there is an answer; nothing is found that was not asked for or is gone."""
    announced(house.database, "acme")
    client = browser(house, "vera")
    for said in (*SQL, *ODD, MARKUP, LINES):
        params = {name: said} | (
            {"what": "1.2.4.8"} if page == "explain" and name != "what" else {}
        )
        answer = client.get(f"/console/{page}", params=params)
        assert answer.status_code in (200, 400, 404, 409, 422), (said, answer.status_code)
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
        if page == "cases" and name == "text" and answer.status_code == 200:
            assert "acme" not in re.findall("<tbody>.*</tbody>", answer.text, re.DOTALL), said
    assert "acme" in client.get("/console/cases", params={"text": "acme"}).text


@pytest.mark.parametrize(
    "path",
    [
        "cases/{}", "cases/1/notices/{}", "appeals/{}", "appeals/{}/files/1", "policy/drafts/{}",
        "cases/{}/notices/1", "{}",
    ],
)  # fmt: skip
def test_a_path_is_only_compared(house: House, path: str) -> None:
    """There is no such thing, whatever it is called."""
    announced(house.database, "acme")
    client = browser(house, "vera")
    for said in ("%27%20OR%201=1", "1%3BDROP", "1%00", "99999999999999999999", "-1", "1e3",
                 "%2e%2e", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%ff", "a%0d%0ab"):  # fmt: skip
        answer = client.get(f"/console/{path.format(said)}")
        assert answer.status_code in (303, 400, 404, 405, 422), (said, answer.status_code)
        assert "<script>alert" not in answer.text


def test_markup_of_strangers_is_text_on_every_page(house: House) -> None:
    """Ids of organizations, notes, reasons, appeals, file names, drafts and fields of the log."""
    name = MARKUP
    see(house.database, saw(name, CHINESE, "CN", AT))
    [case] = opened(house.database, name, at=WARN)
    know(house.database, "acme", at=WARN)
    [known] = opened(house.database, "acme", at=WARN)
    with house.writing() as connection:
        sitting = Sitting(connection, house.desk(), AT)
        file = Upload(f"{MARKUP}.csv", b"198.51.100.0/24,FR,,,\n")
        appeal = open_for(sitting, known.number, "otto", statement(MARKUP, [file])).appeal.id
    line = {
        "time": MARKUP, "request_id": "one-two", "address": "192.0.2.7", "country": MARKUP,
        "region": None, "class": MARKUP, "verdict": "block", "would": None, "rule": MARKUP,
        "organization": MARKUP, "key": MARKUP, "method": MARKUP, "host": MARKUP, "path": MARKUP,
        "status": 400, "bytes": 1, "duration_ms": 0, "generation": None,
    }  # fmt: skip
    house.state.prepare()
    house.state.access_log.write_text(json.dumps(line) + "\n", "utf-8")
    client = browser(house, "anna")
    csrf = csrf_of(client.get("/console/policy/new").text)
    note = {"csrf": csrf, "text": MARKUP}
    assert client.post(f"/console/cases/{case.number}/notes", data=note).status_code == 303
    shown = [
        client.get(f"/console/{page}")
        for page in ("", "cases", f"cases/{case.number}", "notices", "appeals", f"appeals/{appeal}",
                     "audit", "exemptions", "explain?what=one-two")
    ]  # fmt: skip
    exemption = {"csrf": csrf, "subject": name, "no_end": "true", "reason": MARKUP}
    shown += [client.post("/console/exemptions", data=exemption)]
    shown += [client.post("/console/exemptions", data=exemption | {"confirmed": "true"})]
    shown += [client.get("/console/exemptions")]
    draft = {"csrf": csrf, "text": f"name: {MARKUP}\n", "reason": MARKUP}
    shown += [client.post("/console/policy/new", data=draft)]
    release = {"csrf": csrf, "reason": MARKUP}
    shown += [client.post(f"/console/cases/{case.number}/release", data=release)]
    for answer in shown:
        assert answer.status_code < 500, answer.url
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, answer.url
        assert "'{{7*7}}".replace("{{7*7}}", "49") not in answer.text
    assert sum("&lt;script&gt;" in answer.text for answer in shown) >= 8


def test_no_name_writes_a_header(house: House) -> None:
    """A file's name, a place to go and a search bring no line of their own into an answer."""
    know(house.database, "acme", at=WARN)
    [case] = opened(house.database, "acme", at=WARN)
    with house.writing() as connection:
        sitting = Sitting(connection, house.desk(), AT)
        file = Upload(f'{LINES}".csv', b"198.51.100.0/24,FR,,,\n")
        appeal = open_for(sitting, case.number, "otto", statement("x", [file])).appeal.id
    client = browser(house, "vera")
    answer = client.get(f"/console/appeals/{appeal}/files/1")
    assert answer.headers["content-disposition"] == f'attachment; filename="{appeal}-1.csv"'
    assert answer.headers["content-security-policy"] == "sandbox"
    stranger = visitor(house).get("/console/cases", params={"text": LINES})
    assert "set-cookie" not in stranger.headers
    assert "\r" not in stranger.headers["location"] and "\n" not in stranger.headers["location"]


def test_a_body_that_is_too_large_is_refused(house: House) -> None:
    """Of whatever kind, whether it says how long it is or not; the server goes on."""
    client = browser(house, "anna")
    csrf = csrf_of(client.get("/console/exemptions").text)

    def endless() -> object:
        yield f"csrf={csrf}&reason=".encode()
        for _ in range(LARGEST // 2**20 + 2):
            yield b"x" * 2**20

    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/console/exemptions", content=endless(), headers=kind)  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert client.get("/console/").status_code == 200


@pytest.mark.parametrize("many", [2000, 20000])
def test_many_fields_and_many_files_are_refused(house: House, many: int) -> None:
    """They are counted while they are read, and never kept."""
    client = browser(house, "anna")
    csrf = csrf_of(client.get("/console/exemptions").text)
    part = b'--x\r\ncontent-disposition: form-data; name="a%d"%s\r\n\r\n\r\n'
    for more in (b"", b'; filename="f"'):
        body = b"".join(part % (n, more) for n in range(many)) + b"--x--\r\n"
        answer = client.post(
            "/console/exemptions",
            content=body,
            headers={"content-type": "multipart/form-data; boundary=x", "x-csrf-token": csrf},
        )
        assert answer.status_code in (400, 413, 422)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=",
             "multipart/form-data; boundary=x", "application/json", "text/plain", "nonsense", ""]
)  # fmt: skip
def test_what_is_no_form_is_refused(house: House, kind: str) -> None:
    """It is no form of ours, so it has no token; and it breaks nothing."""
    client = browser(house, "anna")
    deep = b"[" * 100_000
    for body in (b"", b"--x\r\n", b"csrf=%ff&a=%zz", deep, b"\x00" * 1000):
        answer = client.post("/console/exemptions", content=body, headers={"content-type": kind})
        assert answer.status_code in (400, 403, 413, 422), (body[:20], answer.status_code)


def test_a_policy_that_is_a_bomb_is_only_a_problem(house: House) -> None:
    """Aliases of aliases and deep nesting are refused in no time, each beside a line."""
    client = browser(house, "otto")
    csrf = csrf_of(client.get("/console/policy/new").text)
    laughs = "a: &a [x]\n" + "".join(
        f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]\n"
        for one, two in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text in (laughs, "[" * 5000, "a: " * 2000, "!!python/object/apply:os.system [id]", "\x00"):
        form = {"csrf": csrf, "text": text, "reason": "x", "confirmed": "true"}
        answer = client.post("/console/policy/new", data=form)
        assert answer.status_code in (200, 409, 422), (text[:20], answer.status_code)
        assert "uid=" not in answer.text
