"""The sources that there are: listed, asked, removed, and brought back to the version before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regiongate.control.sources.fetch import add, update
from regiongate.control.sources.known import Asked, listed, look_up, remove, roll_back
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.geo.store.catalogue import BUNDLED, Catalogue
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.store import Store
from tests.control.sources.fetching import (
    HOW,
    NEW,
    OLD,
    added,
    looked_up,
)
from tests.support.https import HttpsServer
from tests.support.sources import (
    JULY,
    JUNE,
)


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
