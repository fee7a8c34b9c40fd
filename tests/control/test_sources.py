"""Adding and updating sources over HTTPS: what is taken, what is refused, and what is told."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from regiongate.control.bring_file import How
from regiongate.control.fetch_source import Update, add, update
from regiongate.control.sources import Asked, listed, look_up, remove, roll_back
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.geo.source import SourceError
from regiongate.geo.store.catalogue import BUNDLED, Catalogue
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.store import Store
from regiongate.geo.store.vendors import VENDORS
from tests.support.https import HttpsServer, https_server
from tests.support.sources import (
    AT,
    JULY,
    JUNE,
    WORLD,
    csv,
    gzipped,
    mmdb,
    tar_gz,
    write,
    zipped,
)

OLD, NEW = mmdb(WORLD), mmdb({**WORLD, "20.0.0.0/12": "ES"}, JULY)
SECRETS = {
    "MAXMIND_ACCOUNT_ID": "123456",
    "MAXMIND_LICENSE_KEY": "maxm1nd-s3cret",
    "IPINFO_TOKEN": "1pinf0-s3cret",
    "IP2LOCATION_TOKEN": "1p2l0cation-s3cret",
}
HOW = How(AT, SECRETS, silence=5, seconds=10)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpsServer]:
    """A server of its own for each test."""
    with https_server(tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store without a source."""
    return Store(tmp_path / "store")


def looked_up(store: Store, *texts: str) -> list[dict[str, Any]]:
    """What all sources say of addresses, none of the sources being damaged."""
    asked = [Asked(text, "here", line) for line, text in enumerate(texts, start=1)]
    found, trouble = look_up(asked, Catalogue(store))
    assert trouble == []
    return found


def added(store: Store, server: HttpsServer, body: bytes = OLD, **headers: str) -> Update:
    """Add the source `mine` from the server, with its recipe as it is."""
    url = server.serve("/mine.mmdb", body, **headers)
    return add(store, Recipe("mine", url=url), HOW)


def vendor(name: str, server: HttpsServer, edition: str | None = None) -> Recipe:
    """The recipe of a maker, who is on our server."""
    recipe = VENDORS[name].recipe("mine", name, edition)
    assert recipe.url is not None
    host = "/".join(recipe.url.split("/")[:3])
    checksum = recipe.checksum_url
    return replace(
        recipe,
        url=recipe.url.replace(host, server.url),
        checksum_url=None if checksum is None else checksum.replace(host, server.url),
    )


def everything_written(store: Store) -> str:
    """The text of every record in the store."""
    return "".join(path.read_text() for path in store.root.rglob("*.json"))


def test_a_new_version_takes_the_place_of_the_old(store: Store, server: HttpsServer) -> None:
    """What came before is kept, and it is told what changed."""
    assert added(store, server).status == "added"
    server.serve("/mine.mmdb", NEW)
    dry = update(store, "mine", replace(HOW, dry_run=True))
    assert (dry.status, store.get("mine").about.date) == ("would-update", JUNE)
    done = update(store, "mine", HOW)
    assert done.status == "updated"
    assert done.before is not None
    assert done.about is not None
    assert done.change is not None
    assert (done.before.date, done.about.date) == (JUNE, JULY)
    assert done.change.moves[0].before == "FR"
    assert store.get("mine").about.date == JULY
    assert store.get("mine").pointer.previous is not None


def test_what_has_not_changed_is_not_fetched(store: Store, server: HttpsServer) -> None:
    """The server's own tag is given back to it."""
    added(store, server, etag='"one"')
    server.say("/mine.mmdb", 304)
    assert update(store, "mine", HOW).status == "unchanged"
    assert server.asked[-1][1]["if-none-match"] == '"one"'


def test_the_same_content_in_another_wrapping_is_unchanged(
    store: Store, server: HttpsServer
) -> None:
    """The digest is of what is in it."""
    added(store, server)
    server.serve("/mine.mmdb", gzipped(OLD))
    assert update(store, "mine", HOW).status == "unchanged"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (mmdb(WORLD, JUNE - timedelta(days=1)), "older than that of 2026-06-17"),
        (mmdb(dict(list(WORLD.items())[:2]), JULY), "it covers 40% of the IPv4 addresses"),
        (mmdb({**WORLD, "20.0.0.0/8": "ES"}, JULY), "20.0% of the addresses have another region"),
        (mmdb(WORLD, AT.date() + timedelta(days=40)), "a day that has not come yet"),
        (mmdb(dict.fromkeys(WORLD, "XX"), JULY), "says nothing of any address"),
    ],
)
def test_a_version_that_looks_wrong_is_refused(
    store: Store, server: HttpsServer, body: bytes, said: str
) -> None:
    """Nothing changes, the reason is told, and somebody may accept it."""
    added(store, server)
    server.serve("/mine.mmdb", body)
    refused = update(store, "mine", HOW)
    assert refused.status == "refused"
    assert said in "; ".join(refused.objections)
    assert store.get("mine").about.date == JUNE
    assert store.get("mine").pointer.previous is None
    assert update(store, "mine", replace(HOW, accept=True)).status == "updated"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (gzipped(OLD)[:-20], "damaged gzip"),
        (OLD[: len(OLD) // 2], "mine.mmdb"),
        (OLD[:-40], "mine.mmdb"),
        (b"<html><body>Please log in, or else.</body></html>\n", "mine.mmdb:1"),
        (b"NO PERMISSION", "it says 'NO PERMISSION'"),
        (b"your key is maxm1nd-s3cret", "it says"),
        (b"", "mine.mmdb"),
        (b"<!DOCTYPE html>\n<p>" + b"Log in, please. " * 99, "mine.mmdb:1:1: a web page"),
        (OLD[: len(OLD) // 2], "the file is cut off"),
        (csv(WORLD), "does not say when its data was made"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    store: Store, server: HttpsServer, body: bytes, said: str
) -> None:
    """It is told under the name of where it came from, never of where it lay."""
    added(store, server)
    server.serve("/mine.mmdb", body)
    with pytest.raises((CannotRun, ProblemsFound)) as caught:
        update(store, "mine", HOW)
    assert said in str(caught.value)
    assert ".staging" not in str(caught.value)
    assert store.get("mine").about.date == JUNE
    assert list((store.root / ".staging").iterdir()) == []


def test_a_server_may_say_the_date(store: Store, server: HttpsServer) -> None:
    """Where a file does not: the day of its last change; or the day of fetching, if one says so."""
    when = "Fri, 17 Jul 2026 19:00:00 GMT"
    url = server.serve("/mine.csv", csv(WORLD), last_modified=when)
    assert add(store, Recipe("mine", url=url), HOW).status == "added"
    assert store.get("mine").about.date == JULY
    url = server.serve("/theirs.csv", csv(WORLD))
    with pytest.raises(SourceError, match="give the date"):
        add(store, Recipe("theirs", url=url), HOW)
    add(store, Recipe("theirs", url=url, dated="fetched"), HOW)
    assert store.get("theirs").about.date == AT.date()
    add(store, Recipe("ours", url=url), replace(HOW, date=date(2026, 7, 1)))
    assert store.get("ours").about.date == date(2026, 7, 1)


def test_the_digest_that_a_file_must_have(store: Store, server: HttpsServer) -> None:
    """A file with another one is refused; that of the maker is asked for before the file."""
    url = server.serve("/mine.mmdb", OLD)
    with pytest.raises(CannotRun, match=f"not {'0' * 64}"):
        add(store, Recipe("mine", url=url), replace(HOW, sha256="0" * 64))
    right = hashlib.sha256(OLD).hexdigest()
    recipe = Recipe("mine", url=url, checksum_url=server.serve("/sums", f"{right}  f".encode()))
    assert add(store, recipe, HOW).status == "added"
    server.asked.clear()
    assert update(store, "mine", HOW).status == "unchanged"
    assert [path for path, _ in server.asked] == ["/sums"]
    server.serve("/sums", b"0" * 64)
    with pytest.raises(CannotRun, match=f"not {'0' * 64}"):
        update(store, "mine", HOW)
    server.say("/sums", 404)
    with pytest.raises(CannotRun, match="/sums: the server answers 404"):
        update(store, "mine", HOW)


def test_maxmind(store: Store, server: HttpsServer) -> None:
    """Account and key as Basic authentication, a tar in gzip, its digest, then elsewhere."""
    shipped = tar_gz(OLD, "GeoLite2-Country_20260617")
    home = "/geoip/databases/GeoLite2-Country/download?suffix=tar.gz"
    digest = hashlib.sha256(shipped).hexdigest()
    server.serve(f"{home}.sha256", f"{digest}  GeoLite2-Country_20260617.tar.gz\n".encode())
    server.serve("/presigned?X-Signature=abc", shipped)
    server.say(home, 302, location=f"{server.other_url}/presigned?X-Signature=abc")
    done = add(store, vendor("maxmind", server), HOW)
    assert done.about is not None
    assert (done.status, done.about.date) == ("added", JUNE)
    assert (done.about.licence, done.about.maximum_age) == ("GeoLite2 EULA", 30)
    accounts = [headers["authorization"] for _, headers in server.asked]
    assert accounts == [accounts[0], accounts[0], None]
    assert not [secret for secret in SECRETS.values() if secret in everything_written(store)]
    assert "X-Signature" not in everything_written(store)


def test_dbip(store: Store, server: HttpsServer) -> None:
    """One file a month, in gzip; before this month's is out, the last one is taken."""
    server.serve("/free/dbip-country-lite-2026-06.mmdb.gz", gzipped(OLD))
    recipe = vendor("dbip", server)
    assert add(store, recipe, HOW).status == "added"
    assert [path[-15:] for path, _ in server.asked] == ["2026-07.mmdb.gz", "2026-06.mmdb.gz"]
    server.serve("/free/dbip-country-lite-2026-07.mmdb.gz", gzipped(NEW))
    assert update(store, "mine", HOW).status == "updated"
    assert store.get("mine").about.licence == "CC-BY-4.0"
    with pytest.raises(CannotRun, match=r"2026-0[78].*404"):
        update(store, "mine", replace(HOW, at=AT.replace(month=9)))


def test_ipinfo(store: Store, server: HttpsServer) -> None:
    """A token in the URL, and the digest as JSON."""
    body = mmdb(WORLD, record="country_code")
    sums = {"checksums": {"md5": "0", "sha256": hashlib.sha256(body).hexdigest()}}
    token = SECRETS["IPINFO_TOKEN"]
    server.serve(f"/data/ipinfo_lite.mmdb?token={token}", body)
    server.serve(f"/data/ipinfo_lite.mmdb/checksums?token={token}", json.dumps(sums).encode())
    assert add(store, vendor("ipinfo", server), HOW).status == "added"
    assert token not in everything_written(store)
    assert "${IPINFO_TOKEN}" in everything_written(store)


def test_ip2location(store: Store, server: HttpsServer) -> None:
    """A zip of CSV with IPv4 mapped into IPv6; a refusal comes as a sentence with status 200."""
    token = SECRETS["IP2LOCATION_TOKEN"]
    path = f"/download/?token={token}&file=DB1LITECSVIPV6"
    server.serve(path, b"THIS FILE CAN ONLY BE DOWNLOADED 5 TIMES PER HOUR")
    with pytest.raises(CannotRun, match="it says 'THIS FILE CAN ONLY BE DOWNLOADED"):
        add(store, vendor("ip2location", server), HOW)
    mapped = 0xFFFF << 32
    rows = f'"0","{mapped - 1}","-","-"\n"{mapped + (20 << 24)}","{mapped + (21 << 24) - 1}"'
    content = f'{rows},"FR","France"\n"42540488161975842760550356425300246528",'
    content += '"42540488241204005274814694018844196863","DE","Germany"\n'
    when = "Fri, 17 Jul 2026 19:00:00 GMT"
    shipped = zipped(content.encode(), "IP2LOCATION-LITE-DB1.IPV6.CSV")
    server.serve(path, shipped, last_modified=when)
    done = add(store, vendor("ip2location", server), HOW)
    assert done.about is not None
    assert (done.status, done.about.date, done.about.ipv4) == ("added", JULY, 1 << 24)
    (found,) = looked_up(store, "20.1.2.3")
    assert found["sources"][-1] == {"name": "mine", "kind": "region", "says": "FR"}


def test_editions() -> None:
    """One that is not listed is fetched as it is named; what cannot be a name is refused."""
    recipe = VENDORS["maxmind"].recipe("mine", "maxmind", "GeoIP2-City")
    assert "/GeoIP2-City/" in str(recipe.url)
    assert (recipe.product, recipe.licence) == (None, "")
    with pytest.raises(CannotRun, match="is no edition: write one such as ipinfo_lite"):
        VENDORS["ipinfo"].recipe("mine", "ipinfo", "../me?token=1")


def test_an_account_that_is_missing(store: Store, server: HttpsServer) -> None:
    """The variable is named before anything is asked."""
    with pytest.raises(CannotRun, match="the variable MAXMIND_ACCOUNT_ID is not set"):
        add(store, vendor("maxmind", server), replace(HOW, environment={}))
    assert server.asked == []
    assert store.names() == ()


def test_a_file_in_place_of_the_servers(store: Store, server: HttpsServer, tmp_path: Path) -> None:
    """Where no way leads to the server, somebody brings the file."""
    added(store, server)
    server.asked.clear()
    file = write(tmp_path / "brought.mmdb", NEW)
    assert update(store, "mine", replace(HOW, file=file)).status == "updated"
    assert server.asked == []
    with pytest.raises(CannotRun, match=r"nothing\.mmdb cannot be read"):
        update(store, "mine", replace(HOW, file=tmp_path / "nothing.mmdb"))
    small = replace(store.get("mine").recipe, name="small", maximum_bytes=10)
    with pytest.raises(CannotRun, match="larger than 10 bytes"):
        add(store, small, replace(HOW, file=file))


def test_which_sources_can_be_changed(store: Store, server: HttpsServer) -> None:
    """Those of the store; what comes with regiongate cannot be, and is told apart from nothing."""
    added(store, server)
    with pytest.raises(CannotRun, match="there is a source mine already"):
        added(store, server)
    for work in (
        lambda n: update(store, n, HOW),
        lambda n: remove(store, n),
        lambda n: roll_back(store, n),
    ):
        with pytest.raises(CannotRun, match="comes with regiongate"):
            work("ipfire")
        with pytest.raises(CannotRun, match=r"no source named theirs in .*: there are mine"):
            work("theirs")
    with pytest.raises(CannotRun, match="no source theirs comes with regiongate"):
        add(store, Recipe("theirs", url=server.url, replaces_bundled=True), HOW)
    with pytest.raises(CannotRun, match="write https"):
        add(store, Recipe("theirs", url="http://localhost/"), HOW)
    remove(store, "mine")
    assert store.names() == ()
    added(store, server)


def test_what_there_is(store: Store, server: HttpsServer) -> None:
    """All of them are listed, also when one of them cannot be opened."""
    added(store, server)
    found, damaged = listed(Catalogue(store))
    assert [(one.source.name, one.place) for one in found][-1] == ("mine", "store")
    ours = len(BUNDLED.present())
    assert (len(found), damaged) == (ours + 1, [])
    (store.root / "mine" / "source.json").write_text("{")
    found, damaged = listed(Catalogue(store))
    assert (len(found), len(damaged)) == (ours, 1)


def test_a_source_of_facts(store: Store, server: HttpsServer) -> None:
    """A list of networks of one kind; it has no vote on where an address is."""
    url = server.serve("/exits.txt", b"20.0.0.1\n20.0.0.2\n")
    recipe = Recipe("exits", url=url, kind="anonymizer", label="tor", dated="fetched")
    assert add(store, recipe, HOW).status == "added"
    catalogue = Catalogue(store)
    (found,) = looked_up(store, "20.0.0.2")
    assert found["sources"][-1] == {"name": "exits", "kind": "anonymizer", "says": "tor"}
    assert catalogue.fact_source("exits").kind == "anonymizer"
    with pytest.raises(CannotRun, match=r"states facts, .*`location\.facts`"):
        catalogue.region_source("exits")
    with pytest.raises(CannotRun, match=r"says where addresses are, .*`location\.sources`"):
        catalogue.fact_source("ipfire")
    instead = replace(recipe, name="ipfire", replaces_bundled=True)
    with pytest.raises(CannotRun, match="is of the kind region"):
        add(store, instead, HOW)


def test_looking_up(store: Store, server: HttpsServer) -> None:
    """Every source is asked about the canonical form, and it is said what the form is."""
    added(store, server)
    one, other = looked_up(store, "::ffff:20.1.2.3", "127.0.0.1")
    assert (one["address"], one["carried_in"]) == ("20.1.2.3", "::ffff:0:0/96")
    assert [row["says"] for row in one["sources"]][-1] == "FR"
    assert other["special"] == {"kind": "loopback", "network": "127.0.0.0/8", "rfc": "RFC 1122"}
    assert {row["says"] for row in other["sources"]} == {None}
    with pytest.raises(ProblemsFound) as caught:
        looked_up(store, "1.2.3", "1.2.3.4", "x")
    assert [problem.line for problem in caught.value.problems] == [1, 3]


SEPTEMBER = AT.replace(month=9, day=20)


@pytest.mark.parametrize(
    ("recipe", "how"),
    [
        (Recipe("mine", dated="fetched"), HOW),
        (Recipe("mine"), replace(HOW, date=SEPTEMBER.date())),
        (Recipe("mine"), replace(HOW, dated_by_fetch=True)),
    ],
)
def test_what_has_not_changed_is_confirmed(
    store: Store, tmp_path: Path, recipe: Recipe, how: How
) -> None:
    """Where the day of fetching or `--date` dates it, it is of that day, and what came is kept."""
    file = write(tmp_path / "mine.csv", csv(WORLD))
    recipe = replace(recipe, file=str(file))
    add(store, recipe, replace(HOW, date=AT.date()))
    dry = update(store, "mine", replace(how, at=SEPTEMBER, dry_run=True))
    assert (dry.status, store.get("mine").about.date) == ("would-update", AT.date())
    done = update(store, "mine", replace(how, at=SEPTEMBER))
    assert done.status == "confirmed"
    assert done.about is not None
    assert done.about.date == SEPTEMBER.date()
    assert not Catalogue(store).source("mine").age.is_stale(SEPTEMBER)
    assert store.get("mine").pointer.previous is None
    assert update(store, "mine", replace(how, at=SEPTEMBER)).status == "unchanged"


def test_a_server_confirms_too(store: Store, server: HttpsServer) -> None:
    """Its 304 says that nothing is newer on the day on which it is asked."""
    url = server.serve("/mine.csv", csv(WORLD), etag='"one"')
    add(store, Recipe("mine", url=url, dated="fetched"), HOW)
    server.say("/mine.csv", 304)
    assert update(store, "mine", replace(HOW, at=SEPTEMBER)).status == "confirmed"
    assert store.get("mine").about.date == SEPTEMBER.date()


def test_a_file_that_says_its_date_keeps_it(store: Store, server: HttpsServer) -> None:
    """Nobody makes it newer by fetching it; and a day to come is refused."""
    url = server.serve("/mine.mmdb", OLD, etag='"one"')
    add(store, Recipe("mine", url=url, dated="fetched"), HOW)
    assert update(store, "mine", replace(HOW, at=SEPTEMBER)).status == "unchanged"
    server.say("/mine.mmdb", 304)
    assert update(store, "mine", replace(HOW, at=SEPTEMBER)).status == "unchanged"
    assert store.get("mine").about.date == JUNE
    add(store, Recipe("ours", url=server.serve("/a.csv", csv(WORLD)), dated="fetched"), HOW)
    assert update(store, "ours", replace(HOW, date=SEPTEMBER.date())).status == "refused"


def test_an_unchanged_file_needs_no_date(store: Store, tmp_path: Path) -> None:
    """It is what it was; a changed one does, and the message names both ways to say it."""
    file = write(tmp_path / "mine.csv", csv(WORLD))
    add(store, Recipe("mine", file=str(file)), replace(HOW, date=JUNE))
    assert update(store, "mine", HOW).status == "unchanged"
    write(file, csv({**WORLD, "30.0.0.0/12": "ES"}))
    with pytest.raises(SourceError, match="--date, or --dated-by-fetch"):
        update(store, "mine", HOW)


def test_a_short_list_is_told_what_it_lacks(
    store: Store, server: HttpsServer, tmp_path: Path
) -> None:
    """Only a server sends a sentence for a file, and a list is none."""
    file = write(tmp_path / "tor.txt", b"20.0.0.1\n")
    recipe = Recipe("tor", file=str(file), kind="anonymizer")
    with pytest.raises(SourceError, match=rf"{file}:1:1: .*give the label of all of them: --label"):
        add(store, recipe, HOW)
    with pytest.raises(SourceError, match="no format of a source: 'hello'"):
        add(store, Recipe("mine", file=str(write(file, b"hello\n"))), HOW)
    url = server.serve("/tor.txt", b"20.0.0.1\n")
    with pytest.raises(SourceError, match="give the label"):
        add(store, replace(recipe, file=None, url=url), HOW)


def test_only_regular_files_are_read(store: Store, tmp_path: Path) -> None:
    """A device has no end and a pipe is waited for: neither is begun; a file ends at the limit."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for file in (pipe, Path("/dev/zero"), tmp_path):
        with pytest.raises(CannotRun, match=f"{file} is no regular file"):
            add(store, Recipe("mine", file=str(file), maximum_bytes=1000), HOW)
    file = write(tmp_path / "large", bytes(1001))
    with pytest.raises(CannotRun, match="larger than 1000 bytes: allow more with --max-size"):
        add(store, Recipe("mine", file=str(file), maximum_bytes=1000), HOW)


def test_a_damaged_source_does_not_stop_the_others(store: Store, server: HttpsServer) -> None:
    """It is left out of lists and answers and told; an update puts back what was there."""
    added(store, server, etag='"one"')
    store.get("mine").path.write_bytes(OLD[:-40])
    catalogue = Catalogue(store)
    found, (trouble,) = look_up([Asked("20.1.2.3", "here", 1)], catalogue)
    assert [row["name"] for row in found[0]["sources"]] == list(BUNDLED.present())
    assert "fetch it again: regiongate geo update mine" in str(trouble)
    _, (trouble,) = listed(catalogue)
    assert "fetch it again: regiongate geo update mine" in str(trouble)
    assert update(store, "mine", replace(HOW, dry_run=True)).status == "would-update"
    assert update(store, "mine", HOW).status == "mended"
    assert server.asked[-1][1]["if-none-match"] is None
    assert looked_up(store, "20.1.2.3")[0]["sources"][-1]["says"] == "FR"
    store.get("mine").path.write_bytes(b"")
    server.serve("/mine.mmdb", NEW)
    refused = update(store, "mine", HOW)
    assert refused.status == "refused"
    assert "nobody can tell how much differs" in refused.objections[0]
    assert update(store, "mine", replace(HOW, accept=True)).status == "updated"


def test_going_back_twice(store: Store, server: HttpsServer) -> None:
    """The second time leads to what was left the first time, and says so."""
    added(store, server)
    server.serve("/mine.mmdb", NEW)
    update(store, "mine", HOW)
    first, second = roll_back(store, "mine"), roll_back(store, "mine")
    assert (first.about.date, first.was_left) == (JUNE, False)
    assert (second.about.date, second.was_left) == (JULY, True)
