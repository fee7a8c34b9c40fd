"""Of which day a source is: what the file says, the server, the one who fetches it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from regiongate.control.sources.bring import How
from regiongate.control.sources.fetch import add, update
from regiongate.geo.source import SourceError
from regiongate.geo.store.catalogue import Catalogue
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.store import Store
from tests.control.sources.fetching import (
    HOW,
    OLD,
    SEPTEMBER,
)
from tests.support.https import HttpsServer
from tests.support.sources import (
    AT,
    JULY,
    JUNE,
    WORLD,
    csv,
    write,
)


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
