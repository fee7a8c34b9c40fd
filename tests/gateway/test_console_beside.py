"""`regiongate up --console`: the console beside a real gateway, as a person meets it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.support import policies
from tests.support.command import Up, kill, regiongate, running_up
from tests.support.gateway import CHINA, played
from tests.support.policies import LONG_AGO, policy_text
from tests.support.ports import free_port

pytestmark = [pytest.mark.envoy, pytest.mark.slow]

SITE = "https://example.com/region-access"
CASES = policies.CASES | {"site": SITE, "look_back": "30d", "appeal_within": "10d"}


@pytest.fixture(scope="module")
def console() -> str:
    """Where the console is to serve."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def up(console: str, upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A gateway with a console beside it."""
    folder = tmp_path_factory.mktemp("up")
    policy = folder / "policy.yaml"
    policy.write_text(policy_text(starts={"block": LONG_AGO}, cases=CASES))
    arguments = ("--policy", policy, "--upstream", upstream, "--console", console)
    trusting = ("--trust-forwarded-from", "127.0.0.0/8")
    with running_up(folder, *arguments, *trusting, patience=90) as running:
        yield running


def _link(up: Up) -> str:
    for _ in range(100):
        found = re.search(r"http://\S+/console/login\?code=\S+", up.printed())
        if found is not None:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(up.printed())


def _browser(console: str, link: str) -> httpx.Client:
    """A browser that has opened a link and pressed the button."""
    origin = f"http://{console}"
    client = httpx.Client(base_url=origin, headers={"origin": origin, "accept": "text/html"})
    client.timeout = httpx.Timeout(60)
    answer = client.post("/console/login", data={"code": link.partition("code=")[2]})
    assert answer.status_code == 303, answer.text
    return client


def _person(up: Up, console: str, name: str, role: str) -> httpx.Client:
    state = ("--state", up.state)
    added = regiongate("person", "add", name, "--role", role, "--as", "local", *state)
    assert added.returncode == 0, added.stderr
    link = regiongate("login", name, "--url", f"http://{console}", *state).stdout.strip()
    return _browser(console, link)


def _csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def test_the_printed_link_logs_in_once(up: Up, console: str) -> None:
    """Whoever starts it is let in; the same link opens nothing any more."""
    link = _link(up)
    assert _browser(console, link).get("/console/").status_code == 200
    again = httpx.post(f"http://{console}/console/login", data={"code": link.partition("=")[2]})
    assert again.status_code == 403


def test_a_refused_address_reads_what_was_seen_of_it(up: Up) -> None:
    """The public pages are reached through the gateway, which refuses the API to the same one."""
    here = f"http://127.0.0.1:{up.port}"
    assert httpx.get(f"{here}/v1/models", headers=played(CHINA)).status_code == 403
    page = httpx.get(f"{here}/region-access/see", headers=played(CHINA) | {"accept": "text/html"})
    assert page.status_code == 200
    assert CHINA in page.text


def test_a_second_person_puts_a_draft_in_force_at_the_gateway(up: Up, console: str) -> None:
    """One writes that China is supported, another publishes it, and the gateway lets it pass."""
    author = _person(up, console, "otto", "operator")
    approver = _person(up, console, "anna", "approver")
    adds = {"add": [{"region": "CN", "reason": "trial"}]}
    text = policy_text(version="2", starts={"block": LONG_AGO}, supported=adds, cases=CASES)
    form = {"csrf": _csrf(author.get("/console/policy/new")), "text": text, "reason": "a trial"}
    kept = author.post("/console/policy/new", data=form | {"confirmed": "true"})
    assert kept.status_code == 303, kept.text
    where = kept.headers["location"]
    done = approver.post(f"{where}/publish", data={"csrf": _csrf(approver.get(where))})
    assert done.status_code == 303, done.text
    answer = httpx.get(f"http://127.0.0.1:{up.port}/v1/models", headers=played(CHINA))
    assert answer.status_code == 200


def test_a_console_that_dies_is_started_again(up: Up, console: str) -> None:
    """The process that watches over the gateway watches over the console too."""
    noted = (up.state / "console.json").read_text()
    kill(int(re.findall(r'"pid": ?(\d+)', noted)[0]))
    for _ in range(200):
        try:
            if httpx.get(f"http://{console}/health/live").status_code == 200:
                break
        except httpx.HTTPError:
            time.sleep(0.1)
    assert (up.state / "console.json").read_text() != noted
