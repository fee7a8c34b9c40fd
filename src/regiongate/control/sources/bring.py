"""Bring the file of a source: from disk or over HTTPS, and only if it is the one that is meant."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from regiongate.domain.errors import CannotRun
from regiongate.geo.store.about import About
from regiongate.geo.store.checksum import MOST_BYTES, sha256_in
from regiongate.geo.store.fetch import Fetched, Limits, NotFound, Progress, Wanted, fetch, silent
from regiongate.geo.store.files import sync_file
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.secrets import Secrets

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class How:
    """How to fetch: at which instant, with which environment, and what to accept.

    `file` stands in for what the recipe says, and is told as `called` where somebody sent it.
    `sha256` is the digest that the file must have, `date` that of data which does not say its own,
    for which `dated_by_fetch` takes the day of `at`. `accept` takes what sanity objects to.
    """

    at: datetime
    environment: Mapping[str, str]
    tell: Progress = silent
    file: Path | None = None
    sha256: str | None = None
    date: date | None = None
    accept: bool = False
    dry_run: bool = False
    silence: float = 30.0
    seconds: float = 1800.0
    dated_by_fetch: bool = False
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """What lies in the staging folder, and where it came from, in words without secrets.

    `dated` is the day that its server says, None for a file from disk (`sent` is then False).
    """

    where: str
    fetched: Fetched
    dated: date | None
    secrets: Secrets
    sent: bool


def bring(into: Path, recipe: Recipe, before: About | None, how: How) -> Came | None:
    """Bring the file to a path; None when it is known without it that nothing is new.

    `before` is the version there is, if there is one. Raises CannotRun.
    """
    secrets = Secrets(how.environment)
    file = how.file or (None if recipe.file is None else Path(recipe.file))
    if file is not None:
        came: Came | None = _copy(file, how.called or str(file), into, recipe, secrets)
        expected = how.sha256
    elif recipe.url is None:
        message = f"the versions of {recipe.name} are uploaded, and none can be fetched"
        raise CannotRun(f"{message}: upload the next one, or name it with --file")
    else:
        expected = how.sha256 or _expected(into.with_name("checksum"), recipe, how, secrets)
        if before is not None and expected == before.sha256:
            return None
        came = _download(into, recipe, before, how, secrets)
    if came is not None:
        _require_digest(came, expected)
        sync_file(into)
    return came


def _copy(file: Path, called: str, into: Path, recipe: Recipe, secrets: Secrets) -> Came:
    digest, size = hashlib.sha256(), 0
    try:
        # A pipe would be waited for, and a device has no end.
        if not stat.S_ISREG(file.stat().st_mode):
            raise CannotRun(f"{file} is no regular file: save what it gives to one, and name that")
        with file.open("rb") as opened, into.open("wb") as copy:
            while piece := opened.read(_PIECE):
                size += len(piece)
                if size > recipe.maximum_bytes:
                    message = f"{called} is larger than {recipe.maximum_bytes} bytes"
                    raise CannotRun(f"{message}: allow more with --max-size")
                copy.write(piece)
                digest.update(piece)
    except OSError as error:
        raise CannotRun(f"{file} cannot be read: {error.strerror}") from error
    fetched = Fetched(digest.hexdigest(), size, None, None)
    return Came(called, fetched, None, secrets, sent=False)


def _download(
    into: Path, recipe: Recipe, before: About | None, how: How, secrets: Secrets
) -> Came | None:
    """Fetch by the recipe's URL, of this month or else of the last one where it has a month."""
    limits = Limits(recipe.maximum_bytes, how.silence, how.seconds)
    months = _months(how.at)
    for url, month in _addresses(str(recipe.url), months):
        # A tag belongs to the address that gave it.
        same = before if before is not None and before.came_from == url else None
        wanted = Wanted(
            url=url,
            user=recipe.user,
            password=recipe.password,
            etag=None if same is None else same.etag,
            last_modified=None if same is None else same.last_modified,
        )
        try:
            fetched = fetch(wanted, into, limits, secrets, how.tell)
        except NotFound:
            if month is None or month == months[-1]:
                raise
            continue
        if fetched is None:
            return None
        return Came(url, fetched, fetched.date or month, secrets, sent=True)
    raise AssertionError("there is always an address")


def _expected(path: Path, recipe: Recipe, how: How, secrets: Secrets) -> str | None:
    """The digest that the maker says the file has, None when the maker says none."""
    if recipe.checksum_url is None:
        return None
    limits = Limits(MOST_BYTES, how.silence, how.seconds)
    wanted = Wanted(recipe.checksum_url, recipe.user, recipe.password)
    fetch(wanted, path, limits, secrets, silent)
    return sha256_in(path.read_bytes(), recipe.checksum_url)


def _require_digest(came: Came, expected: str | None) -> None:
    got = came.fetched.sha256
    if expected is not None and got != expected.lower():
        message = f"{came.where}: the file has the SHA-256 digest {got}, not {expected.lower()}"
        raise CannotRun(f"{message}: fetch it again later")


def _months(at: datetime) -> tuple[date, date]:
    """The first days of this month and of the last one."""
    first = at.astimezone(UTC).date().replace(day=1)
    return first, (first - timedelta(days=1)).replace(day=1)


def _addresses(template: str, months: Sequence[date]) -> list[tuple[str, date | None]]:
    """The addresses to try, with their months where the template has one."""
    if "{month}" not in template:
        return [(template, None)]
    return [(template.replace("{month}", f"{month:%Y-%m}"), month) for month in months]
