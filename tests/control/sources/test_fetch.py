"""Adding and updating sources over HTTPS: what is taken, what is refused, and what is told."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from regiongate.control.sources.fetch import add, update
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.geo.source import SourceError
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.store import Store
from tests.control.sources.fetching import (
    HOW,
    NEW,
    OLD,
    added,
)
from tests.support.https import HttpsServer
from tests.support.sources import (
    AT,
    JULY,
    JUNE,
    WORLD,
    csv,
    gzipped,
    mmdb,
    write,
)


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
