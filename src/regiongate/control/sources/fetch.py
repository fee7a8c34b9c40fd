"""Fetch a source: a new one, or a new version of one; what looks wrong changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from regiongate.control.sources.bring import Came, How, bring
from regiongate.domain.errors import CannotRun
from regiongate.geo.source import SourceError, SourceTable
from regiongate.geo.store import sanity
from regiongate.geo.store.about import About
from regiongate.geo.store.catalogue import BUNDLED, Catalogue
from regiongate.geo.store.coverage import coverage
from regiongate.geo.store.read import damaged, is_whole, read_new
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.sanity import Change
from regiongate.geo.store.secrets import check_url
from regiongate.geo.store.store import DATA, Store, Stored, require_name

_MOST_TOLD = 20
_LONGEST_WORDS = 500
_IS_A_LIST = {"no-label", "no-date"}
"""What is wrong with a file that could be read: it is what was meant, and no sentence."""


@dataclass(frozen=True, slots=True)
class Update:
    """What became of a source.

    `status` is added, would-add, updated, would-update, unchanged, refused or failed; confirmed
    where the version that counts was found to be the newest on a later day, mended where its file
    had been changed and is again what it was. `about` is the version that came, None when none did;
    `before` the one that counted. `objections` say why it was refused, or why it failed.
    """

    name: str
    status: str
    before: About | None
    about: About | None = None
    change: Change | None = None
    objections: tuple[str, ...] = ()


def add(store: Store, recipe: Recipe, how: How) -> Update:
    """Add a source with its first version; CannotRun or ProblemsFound when it cannot be had."""
    _require_addable(store, recipe)
    with store.change(recipe.name) as staging:
        came = bring(staging / DATA, recipe, None, how)
        assert came is not None  # noqa: S101 - there is no version yet that it could be
        table = _read(staging / DATA, came, recipe, _dated(recipe, came, how))
        found = _about(recipe, came, table, how.at)
        said = sanity.objections(table, how.at)
        change = None
        if recipe.replaces_bundled:
            before = BUNDLED.load(BUNDLED.source(recipe.name))
            change = sanity.change(before, table)
            said += sanity.objections_after(before, table, change, recipe)
        if said and not how.accept:
            return Update(recipe.name, "refused", None, found, change, tuple(said))
        if not how.dry_run:
            store.add(staging, recipe, found)
    return Update(recipe.name, "would-add" if how.dry_run else "added", None, found, change)


def fetchable(store: Store) -> tuple[str, ...]:
    """The names of the sources of which a newer version can be fetched: not those uploaded."""
    return tuple(name for name in store.names() if not _is_uploaded(store, name))


def update(store: Store, name: str, how: How) -> Update:
    """Fetch the newest version of a source, and let it count when nothing speaks against it."""
    with store.change(name) as staging:
        stored = _stored(store, name)
        recipe, before = stored.recipe, stored.about
        whole = is_whole(before.source(stored.path))
        # What is damaged must come anew, whatever its maker thinks that we have.
        came = bring(staging / DATA, recipe, before if whole else None, how)
        if came is None and not whole:
            raise damaged(before.source(stored.path))
        if came is None:
            return _still_newest(store, stored, how)
        dated = _dated(recipe, came, how)
        if dated is None and came.fetched.sha256 == before.sha256:
            dated = before.date
        table = _read(staging / DATA, came, recipe, dated)
        if table.source.digest == before.digest:
            return _same(store, stored, table, how, None if whole else staging)
        found = _about(recipe, came, table, how.at)
        change, said = _compared(store, stored, table) if whole else _not_compared(before)
        said = [*sanity.objections(table, how.at), *said]
        if found.digest == stored.pointer.refused:
            said.append(f"the version {found.version} has been rolled back")
        if said and not how.accept:
            return Update(name, "refused", before, found, change, tuple(said))
        if not how.dry_run:
            store.replace(staging, found)
    return Update(name, "would-update" if how.dry_run else "updated", before, found, change)


def _still_newest(store: Store, stored: Stored, how: How) -> Update:
    """Nothing came, because nothing is new: but that may be known of a later day now."""
    before, dated = stored.about, _dated(stored.recipe, None, how)
    if dated is None or dated <= before.date:
        return Update(before.name, "unchanged", before)
    # A file that says its own date keeps it, so it is read.
    return _same(store, stored, read_new(stored.path, stored.recipe, dated), how, None)


def _same(
    store: Store, stored: Stored, table: SourceTable, how: How, mend_from: Path | None
) -> Update:
    """The content is that of the version that counts; from `mend_from` its file is mended."""
    before, source = stored.about, table.source
    said = tuple(sanity.objections(table, how.at))
    later = source.date > before.date
    found = replace(before, date=source.date, version=source.version) if later else None
    if later and said and not how.accept:
        return Update(before.name, "refused", before, found, None, said)
    if how.dry_run:
        if not later and mend_from is None:
            return Update(before.name, "unchanged", before)
        return Update(before.name, "would-update", before, found or before)
    if mend_from is not None:
        store.mend(mend_from, before.name)
    if later:
        return Update(before.name, "confirmed", before, store.confirm(before.name, source.date))
    return Update(before.name, "unchanged" if mend_from is None else "mended", before)


def _compared(store: Store, stored: Stored, table: SourceTable) -> tuple[Change | None, list[str]]:
    """What differs from the version that counts, and what speaks against it."""
    old = Catalogue(store).load(stored.about.source(stored.path))
    change = sanity.change(old, table)
    return change, sanity.objections_after(old, table, change, stored.recipe)


def _not_compared(before: About) -> tuple[Change | None, list[str]]:
    message = f"the file of version {before.version} was changed"
    return None, [f"{message}, so that nobody can tell how much differs"]


def _require_addable(store: Store, recipe: Recipe) -> None:
    require_name(recipe.name)
    if recipe.name in store.names():
        remedy = "fetch it again with `regiongate geo update`, or remove it first"
        raise CannotRun(f"there is a source {recipe.name} already: {remedy}")
    bundled_too = recipe.name in BUNDLED.names()
    if bundled_too and not recipe.replaces_bundled:
        remedy = "choose another name, or say --replace-bundled"
        raise CannotRun(f"a source {recipe.name} comes with regiongate: {remedy}")
    if recipe.replaces_bundled:
        _require_replaceable(recipe)
    for url in (recipe.url, recipe.checksum_url):
        if url is not None:
            check_url(url)


def _require_replaceable(recipe: Recipe) -> None:
    if recipe.name not in BUNDLED.names():
        known = ", ".join(BUNDLED.names())
        raise CannotRun(f"no source {recipe.name} comes with regiongate: there are {known}")
    kind = BUNDLED.source(recipe.name).kind
    if kind != recipe.kind:
        raise CannotRun(f"the bundled source {recipe.name} is of the kind {kind}: --kind {kind}")


def _is_uploaded(store: Store, name: str) -> bool:
    try:
        return store.get(name).recipe.is_uploaded
    except (KeyError, CannotRun):
        return False  # Whoever updates it is told what is wrong with it.


def _stored(store: Store, name: str) -> Stored:
    try:
        return store.get(name)
    except KeyError:
        if name in BUNDLED.names():
            remedy = "upgrade regiongate, or add one in its place with --replace-bundled"
            raise CannotRun(f"the source {name} comes with regiongate: {remedy}") from None
        known = ", ".join(store.names()) or "none"
        raise CannotRun(f"no source named {name} in {store.root}: there are {known}") from None


def _dated(recipe: Recipe, came: Came | None, how: How) -> date | None:
    """The date of data that does not say its own, None where nobody knows one."""
    if how.date is not None:
        return how.date
    if how.dated_by_fetch or recipe.dated == "fetched":
        return how.at.astimezone(UTC).date()
    return None if came is None else came.dated


def _read(path: Path, came: Came, recipe: Recipe, dated: date | None) -> SourceTable:
    """What the file says; what is wrong with it is told under the name of where it came from."""
    try:
        return read_new(path, recipe, dated)
    except SourceError as error:
        if not _IS_A_LIST & {one.code for one in error.problems}:
            _raise_words(path, came)
        problems = [replace(one, file=came.where) for one in error.problems[:_MOST_TOLD]]
        raise SourceError(problems, error.total) from None
    except CannotRun as error:
        _raise_words(path, came)
        raise CannotRun(str(error).replace(str(path), came.where)) from None


def _raise_words(path: Path, came: Came) -> None:
    """Where a server sent a sentence instead of a file, the sentence says more than its syntax."""
    if not came.sent or came.fetched.size > _LONGEST_WORDS:
        return
    words = " ".join(path.read_bytes().decode("utf-8", "replace").split())
    if words and words.isprintable() and "\ufffd" not in words and "," not in words:
        said = came.secrets.mask(words)
        raise CannotRun(f"{came.where}: this is no file of a source, it says {said!r}")


def _about(recipe: Recipe, came: Came, table: SourceTable, at: datetime) -> About:
    source, counted = table.source, coverage(table.steps)
    return About(
        name=recipe.name,
        version=source.version,
        date=source.date,
        kind=recipe.kind,
        licence=source.licence,
        origin=source.origin,
        digest=source.digest,
        format=source.format,
        product=recipe.product,
        maximum_age=recipe.maximum_age,
        fields=recipe.fields,
        label=recipe.label,
        came_from=came.where,
        fetched_at=at.astimezone(UTC),
        sha256=came.fetched.sha256,
        size=came.fetched.size,
        etag=came.fetched.etag,
        last_modified=came.fetched.last_modified,
        ipv4=counted.ipv4,
        ipv6=counted.ipv6,
        labels=len(table.regions),
    )
