"""The store of sources: always the old or the new, whoever reads and whoever dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from regiongate.control.sources.bring import How
from regiongate.control.sources.fetch import add, update
from regiongate.domain.errors import CannotRun
from regiongate.geo.source import SourceError
from regiongate.geo.store.catalogue import BUNDLED, Catalogue
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.store import Store, require_name
from tests.support.sources import AT, JULY, JUNE, WORLD, mmdb, write

OLD, NEW = mmdb(WORLD), mmdb({**WORLD, "20.0.0.0/12": "ES"}, JULY)
THIRD = mmdb({**WORLD, "20.0.0.0/12": "PT"}, JULY.replace(day=18))
HOW = How(AT, {})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file from which the source is updated, with its old content."""
    return write(tmp_path / "file.mmdb", OLD)


@pytest.fixture
def store(tmp_path: Path, file: Path) -> Store:
    """A store with one source of one version."""
    found = Store(tmp_path / "store")
    add(found, Recipe("mine", file=str(file), licence="CC0-1.0", maximum_age=30), HOW)
    return found


def says(store: Store, address: int = 20 << 24) -> str | None:
    """What the source in force says, read anew."""
    catalogue = Catalogue(store)
    return catalogue.load(catalogue.source("mine")).region_at(address)


def versions(store: Store) -> list[str]:
    return sorted(path.name[:10] for path in (store.root / "mine" / "versions").iterdir())


def test_what_is_recorded(store: Store, file: Path) -> None:
    """Name, version, date, licence, digest, where it came from and when, and how much it knows."""
    stored = store.get("mine")
    about = stored.about
    assert (about.name, about.version, about.date) == ("mine", "2026-06-17", JUNE)
    assert (about.licence, about.maximum_age, about.kind) == ("CC0-1.0", 30, "region")
    assert (about.came_from, about.fetched_at) == (str(file), AT)
    assert (about.ipv4, about.labels, about.size) == (5 << 24, 5, len(OLD))
    source = Catalogue(store).source("mine")
    assert source.entry() == {
        "name": "mine",
        "version": "2026-06-17",
        "date": "2026-06-17",
        "licence": "CC0-1.0",
        "digest": about.digest,
        "maximum_age": 30,
    }
    assert source.path.read_bytes() == OLD


def test_the_version_before_is_kept(store: Store, file: Path) -> None:
    """One of them, and no more."""
    assert versions(store) == ["2026-06-17"]
    for content, kept in (
        (NEW, ["2026-06-17", "2026-07-17"]),
        (THIRD, ["2026-07-17", "2026-07-18"]),
    ):
        update(store, "mine", replace(HOW, file=write(file, content)))
        assert versions(store) == kept
    assert store.version_before("mine").date == JULY


def test_going_back(store: Store, file: Path) -> None:
    """The version before counts again, and an update does not bring back what was left."""
    with pytest.raises(CannotRun, match="has no version before"):
        store.roll_back("mine")
    write(file, NEW)
    update(store, "mine", HOW)
    assert says(store) == "ES"
    store.roll_back("mine")
    assert says(store) == "FR"
    refused = update(store, "mine", HOW)
    assert refused.status == "refused"
    assert "has been rolled back" in refused.objections[0]
    assert says(store) == "FR"
    assert update(store, "mine", replace(HOW, accept=True)).status == "updated"
    assert says(store) == "ES"
    write(file, THIRD)
    assert update(store, "mine", HOW).status == "updated"


def test_a_source_that_is_read_is_not_taken_away(store: Store, file: Path) -> None:
    """Who has opened a source before an update reads what it opened."""
    catalogue = Catalogue(store)
    opened = catalogue.source("mine")
    write(file, NEW)
    update(store, "mine", HOW)
    assert catalogue.load(opened).region_at(20 << 24) == "FR"
    write(file, THIRD)
    update(store, "mine", HOW)
    with pytest.raises(CannotRun, match="replaced twice"):
        catalogue.load(opened)


def test_one_at_a_time(store: Store) -> None:
    """A second update of a source is told so at once; another source can be updated."""
    with store.change("mine"):
        with pytest.raises(CannotRun, match="is being changed by another process"):
            update(store, "mine", HOW)
        with store.change("other"):
            pass
    assert update(store, "mine", HOW).status == "unchanged"


def test_readers_during_updates_see_one_version(store: Store, file: Path) -> None:
    """Thirty updates in a thread, and every reading in between is whole."""
    wrong: list[Any] = []

    def read() -> None:
        while thread.is_alive():
            try:
                source = Catalogue(store).source("mine")
                wrong.extend([] if source.date in (JUNE, JULY) else [source])
            except (CannotRun, KeyError, OSError) as error:
                wrong.append(error)

    def write_often() -> None:
        for count in range(30):
            accept = replace(HOW, accept=True)
            update(store, "mine", replace(accept, file=write(file, OLD if count % 2 else NEW)))

    thread = Thread(target=write_often)
    thread.start()
    read()
    thread.join()
    assert wrong == []


BAD_DAY = '{"current": "x", "confirmed": "yesterday"}'
CALLS = ("fsync", "rename", "replace", "mkdir")


def killed_at(step: int, work: Callable[[], Any]) -> bool:
    """Do the work in a process that is killed before its n-th change of the disk; was it?"""
    child = os.fork()
    if child == 0:
        left = step

        def deadly(call: Callable[..., Any]) -> Callable[..., Any]:
            def wrapped(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
                return call(*arguments, **options)

            return wrapped

        for name in CALLS:
            setattr(os, name, deadly(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_an_update_that_is_killed_at_any_step(store: Store, file: Path) -> None:
    """The store holds the old or the new version, and the next update goes through."""
    backup = store.root.with_name("backup")
    shutil.copytree(store.root, backup)
    seen, step = [], 0
    write(file, NEW)
    while killed_at(step, lambda: update(store, "mine", HOW)):
        seen.append(says(store))
        assert store.names() == ("mine",)
        assert update(store, "mine", HOW).status in ("updated", "unchanged")
        assert says(store) == "ES"
        assert versions(store) == ["2026-06-17", "2026-07-17"]
        assert list((store.root / ".staging").iterdir()) == []
        shutil.rmtree(store.root)
        shutil.copytree(backup, store.root)
        step += 1
    assert says(store) == "ES"
    assert set(seen) == {"FR", "ES"}
    assert "".join(map(str, seen)).rindex("FR") < "".join(map(str, seen)).index("ES")
    assert step > 8


def test_an_addition_that_is_killed_at_any_step(tmp_path: Path, file: Path) -> None:
    """The source is there or it is not, and it can be added or is in the way as a whole."""
    step = 0
    store = Store(tmp_path / "store")
    recipe = Recipe("mine", file=str(file))
    while killed_at(step, lambda: add(store, recipe, HOW)):
        if not store.names():
            add(store, recipe, HOW)
        assert says(store) == "FR"
        shutil.rmtree(store.root)
        step += 1
    assert says(store) == "FR"
    assert step > 8


def test_going_back_that_is_killed_at_any_step(store: Store, file: Path) -> None:
    """One of the two versions counts."""
    write(file, NEW)
    update(store, "mine", HOW)
    backup, step = store.root.with_name("backup"), 0
    shutil.copytree(store.root, backup)
    while killed_at(step, lambda: store.roll_back("mine")):
        assert says(store) in ("FR", "ES")
        shutil.rmtree(store.root)
        shutil.copytree(backup, store.root)
        step += 1
    assert says(store) == "FR"
    assert step > 2


def test_a_store_that_cannot_be_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is told as such, and nothing has changed."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotRun, match=rf"{store.root} cannot be written: .*No space left"):
        update(store, "mine", replace(HOW, file=write(store.root.with_name("new"), NEW)))
    assert says(store) == "FR"
    assert list((store.root / ".staging").iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", ".x", "-a", "A", "a/b", "a b", "x" * 65, "ä", "a\n"])
def test_names_that_no_source_can_have(store: Store, name: str) -> None:
    """A name becomes a folder and stands in metrics."""
    with pytest.raises(CannotRun, match="cannot be the name of a source"):
        require_name(name)
    with pytest.raises(KeyError):
        store.get(name)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"current": 3}', '{"x": "y"}', BAD_DAY])
@pytest.mark.parametrize("which", ["current.json", "source.json", "about.json"])
def test_damaged_records(store: Store, which: str, damage: str) -> None:
    """A record that cannot be read is named, with what to do."""
    (path,) = store.root.glob(f"mine/**/{which}")
    path.write_text(damage)
    with pytest.raises(CannotRun, match=r"mine.*(remove|roll)"):
        store.get("mine")


def test_a_folder_under_another_name(store: Store) -> None:
    """A copied folder is no source of its own: its records name the other one."""
    shutil.copytree(store.root / "mine", store.root / "theirs")
    with pytest.raises(CannotRun, match="a source that is called mine"):
        store.get("theirs")


def test_a_pointer_to_nothing(store: Store) -> None:
    """It is no reason to search without end."""
    (store.root / "mine" / "current.json").write_text(json.dumps({"current": "../.."}))
    with pytest.raises(CannotRun, match="is damaged"):
        store.get("mine")


def test_a_file_that_was_changed(store: Store) -> None:
    """What was not fetched is not believed."""
    catalogue = Catalogue(store)
    catalogue.source("mine").path.write_bytes(NEW)
    with pytest.raises(SourceError, match=r"not what was fetched.*geo update mine"):
        catalogue.load(catalogue.source("mine"))


def test_a_file_that_was_cut_off(store: Store) -> None:
    """It is told that it was changed, not what its syntax lacks."""
    catalogue = Catalogue(store)
    catalogue.source("mine").path.write_bytes(OLD[:-40])
    with pytest.raises(SourceError, match=r"not what was fetched.*geo update mine"):
        catalogue.load(catalogue.source("mine"))


def test_a_file_in_the_place_of_the_store(tmp_path: Path) -> None:
    """It is no folder, whatever is asked of it."""
    store = Store(write(tmp_path / "file", b""))
    for ask in (store.names, lambda: store.get("mine"), lambda: Catalogue(store).source("ipfire")):
        with pytest.raises(CannotRun, match="file is not a folder: name one with --sources"):
            ask()


def test_a_version_that_is_confirmed(store: Store, file: Path) -> None:
    """It is of the later day, in its own folder still, and the one before it is kept."""
    write(file, NEW)
    update(store, "mine", HOW)
    kept, before = versions(store), store.get("mine").pointer.previous
    store.confirm("mine", JULY.replace(day=19))
    assert store.get("mine").about.date == JULY.replace(day=19)
    assert Catalogue(store).source("mine").version == "2026-07-19"
    assert says(store) == "ES"
    assert (versions(store), store.get("mine").pointer.previous) == (kept, before)
    store.roll_back("mine")
    assert store.get("mine").about.date == JUNE


def test_a_folder_without_sources(tmp_path: Path) -> None:
    """A store need not be there while it holds nothing, and strange folders are none of it."""
    store = Store(tmp_path / "nowhere")
    assert store.names() == ()
    assert Catalogue(store).names() == Catalogue().names()
    (store.root / "odd").mkdir(parents=True)
    (store.root / "file").touch()
    assert store.names() == ()


def test_the_catalogue(store: Store, file: Path) -> None:
    """The bundled sources stand there by name; one of the store may take such a name."""
    catalogue = Catalogue(store)
    assert catalogue.names() == (*BUNDLED.names(), "mine")
    assert catalogue.source("ipfire").licence == "CC-BY-SA-4.0"
    with pytest.raises(
        CannotRun, match=r"no source named theirs: there are iptoasn.*geo add theirs"
    ):
        catalogue.source("theirs")
    with pytest.raises(CannotRun, match=r"comes with regiongate: .*--replace-bundled"):
        add(store, Recipe("ipfire", file=str(file)), HOW)
    ours = Recipe("ipfire", file=str(file), licence="mine", replaces_bundled=True)
    assert add(store, ours, HOW).status == "refused"
    assert add(store, ours, replace(HOW, accept=True)).status == "added"
    assert catalogue.source("ipfire").licence == "mine"
    assert catalogue.load(catalogue.source("ipfire")).regions == ("CN", "DE", "FR", "JP", "US")
    assert catalogue.names() == (*BUNDLED.names(), "mine")
