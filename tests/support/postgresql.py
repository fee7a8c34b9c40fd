"""A PostgreSQL of the tests' own, on a socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

HINT = "PostgreSQL is not installed: apt-get install postgresql"
_NUMBERS = count()


class Server:
    """A running server; every database in it is gone with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def template_database(self) -> str:
        """The URL of the database of which every new one is a copy; nobody may be in it then."""
        return self._url("template1")

    def new_database(self) -> str:
        """The URL of a new database."""
        name = f"regiongate_{next(_NUMBERS)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still in it: thousands of them would fill a disk."""
        name = url.removeprefix("postgresql://regiongate@/").partition("?")[0]
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return f"postgresql://regiongate@/{name}?host={self._folder}"


def binaries() -> Path | None:
    """The folder of the server's programs: Debian does not put them on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    known = shutil.which("initdb")
    return None if known is None else Path(known).parent


@contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    """Start a server; it refuses to be root, so it is somebody else where we are."""
    folder = Path(tempfile.mkdtemp(prefix="regiongate-pg-"))
    user = _unprivileged()
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)

    run("initdb", "-U", "regiongate", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
    settings = f"-F -c listen_addresses='' -k {folder}"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", settings, "start")
    try:
        yield Server(folder)
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _unprivileged() -> str | None:
    if os.getuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
