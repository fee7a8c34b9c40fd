"""`regiongate geo` as it is typed: list, add, update, rollback, remove, lookup."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.geo import bundled
from regiongate.geo.facts import FactTable
from regiongate.geo.facts import bundled as facts
from regiongate.geo.steps import constant
from tests.support.bundles import tables
from tests.support.https import HttpsServer, https_server
from tests.support.policies import policy_text
from tests.support.sources import JULY, WORLD, csv, mmdb, write

SMALL = Path(__file__).parents[1] / "compiler" / "world" / "places.csv"
EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.yaml"
OLD, NEW = mmdb(WORLD), mmdb({**WORLD, "20.0.0.0/12": "ES"}, JULY)
AT = ("--at", "2026-07-20")
BUNDLED = ["iptoasn", "geo-whois", "ipfire", "clouds"]

Geo = Callable[..., Result]


@pytest.fixture(autouse=True)
def _small_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled sources say a handful of networks, and no facts: reading them takes no time."""
    small = tables(SMALL.read_text("utf-8"))
    found = {name: replace(small[name], source=bundled.source(name)) for name in bundled.names()}
    monkeypatch.setattr(bundled, "load", found.__getitem__)
    known = facts.source("clouds")
    monkeypatch.setattr(facts, "names", lambda: ("clouds",))
    monkeypatch.setattr(facts, "load", lambda _: FactTable(known, constant(), ()))


@pytest.fixture
def geo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Geo:
    """Runs a command of the group on a store of its own."""
    monkeypatch.setenv("REGIONGATE_SOURCES", str(tmp_path / "store"))

    def run(*arguments: str | Path, given: str | None = None) -> Result:
        return CliRunner().invoke(main, ["geo", *map(str, arguments)], input=given)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a source."""
    return write(tmp_path / "file.mmdb", OLD)


@pytest.fixture
def mine(geo: Geo, file: Path) -> Path:
    """The file of a source that has been added as `mine`."""
    done = geo("add", "mine", "--file", file, "--licence", "CC0-1.0", *AT)
    assert (done.exit_code, done.stderr) == (0, "")
    return file


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpsServer]:
    """A server of files."""
    with https_server(tmp_path, monkeypatch) as found:
        yield found


def test_list(geo: Geo, mine: Path) -> None:
    """Every source with date, age and licence; a stale one is called so, with what to do."""
    done = geo("list", *AT)
    assert done.exit_code == 0
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line}
    assert {*BUNDLED, "mine"} <= rows.keys()
    assert "2026-06-17   33 days" in rows["mine"]
    assert "STALE" not in done.stdout
    later = geo("list", "--at", "2026-08-05")
    assert later.exit_code == 0
    assert later.stdout.count("STALE") == 3
    assert "mine is stale: regiongate geo update mine" in later.stderr
    assert "iptoasn is stale: upgrade regiongate" in later.stderr


def test_list_as_json(geo: Geo, mine: Path) -> None:
    """What a program needs to watch over the sources."""
    found = json.loads(geo("list", "--json", "--at", "2026-08-01").stdout)
    assert [row["name"] for row in found] == [*BUNDLED, "mine"]
    row = found[-1]
    assert (row["place"], row["kind"], row["format"]) == ("store", "region", "mmdb")
    assert (row["date"], row["age_days"], row["maximum_age"]) == ("2026-06-17", 45, 45)
    assert (row["stale"], row["stale_from"]) == (True, "2026-08-01T00:00:00Z")
    assert row["addresses"]["ipv4"] == 5 << 24
    assert len(row["digest"]) == 64
    assert row["from"] == str(mine)


def test_add_from_a_server(geo: Geo, server: HttpsServer) -> None:
    """The URL, its secret from the environment, and what came."""
    server.serve("/f?token=s3cret", csv(WORLD))
    url = f"{server.url}/f?token=${{MY_TOKEN}}"
    runner = CliRunner(env={"MY_TOKEN": "s3cret"})
    command = ["geo", "add", "mine", "--url", url, "--date", "2026-07-01", "--json", *AT]
    done = runner.invoke(main, command)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["status"], found["about"]["date"]) == ("added", "2026-07-01")
    assert "s3cret" not in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name one of --file, --url and --vendor"),
        (["--file", "a", "--url", "https://b"], "Name one of --file, --url and --vendor"),
        (["--url", "https://b", "--edition", "x"], "--edition belongs to --vendor"),
        (["--url", "https://b", "--user-from", "X"], "belong together"),
        (["--url", "http://localhost/a"], "write https"),
        (["--vendor", "nobody"], "nobody"),
        (["--file", "a", "--sha256", "12"], "is not a SHA-256 digest"),
        (["--file", "a", "--date", "yesterday"], "write 2026-06-17"),
        (["--file", "nothing"], "nothing cannot be read: No such file"),
    ],
)
def test_add_as_it_cannot_be(geo: Geo, arguments: list[str], said: str) -> None:
    """One sentence, and nothing is added."""
    done = geo("add", "mine", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(json.loads(geo("list", "--json").stdout)) == len(BUNDLED)


def test_update(geo: Geo, mine: Path) -> None:
    """Unchanged, changed in a dry run, changed, and what changed in it."""
    assert "mine: unchanged, version 2026-06-17" in geo("update", *AT).stdout
    write(mine, NEW)
    dry = geo("update", "mine", "--dry-run", *AT)
    assert "mine: would be updated: version 2026-07-17" in dry.stdout
    done = geo("update", "mine", *AT)
    assert done.exit_code == 0
    assert "mine: updated: version 2026-07-17" in done.stdout
    assert "was 2026-06-17" in done.stdout
    assert "FR       ES      1048576" in done.stdout


def test_an_update_that_is_refused(geo: Geo, mine: Path) -> None:
    """Exit code 1, the reason, and how to accept it."""
    write(mine, mmdb({**WORLD, "20.0.0.0/8": "ES"}, JULY))
    done = geo("update", *AT)
    assert done.exit_code == 1
    assert "refused, version 2026-06-17 stays: 20.0% of the addresses" in done.stderr
    assert "FR       ES      16777216" in done.stdout
    (found,) = json.loads(geo("update", "--json", *AT).stdout)
    assert found["status"] == "refused"
    assert found["change"]["moved"] == pytest.approx(0.2)
    assert geo("update", "--accept-change", *AT).exit_code == 0


def test_one_that_fails_does_not_keep_the_others_from_coming(
    geo: Geo, mine: Path, tmp_path: Path
) -> None:
    """It is told under its name, and the exit code says that something is missing."""
    other = write(tmp_path / "other.mmdb", OLD)
    assert geo("add", "a-first", "--file", other, *AT).exit_code == 0
    other.unlink()
    write(mine, NEW)
    done = geo("update", *AT)
    assert done.exit_code == 2
    assert "a-first: " in done.stderr
    assert "mine: updated" in done.stdout
    assert geo("update", "--file", mine).exit_code == 2


def test_a_failure_is_in_the_json(geo: Geo, mine: Path, tmp_path: Path) -> None:
    """Which source failed, and each reason."""
    other = write(tmp_path / "other.mmdb", OLD)
    assert geo("add", "a-first", "--file", other, *AT).exit_code == 0
    other.unlink()
    done = geo("update", "--json", *AT)
    assert done.exit_code == 2
    failed, fine = json.loads(done.stdout)
    assert (failed["name"], failed["status"], fine["status"]) == ("a-first", "failed", "unchanged")
    assert failed["objections"] == [f"{other} cannot be read: No such file or directory"]
    write(other, b"hello\n")
    (failed,) = json.loads(geo("update", "a-first", "--json", *AT).stdout)
    assert failed["status"] == "failed"
    assert failed["objections"][0].startswith(f"{other}:1:1: ")


def test_a_file_that_does_not_say_its_date(geo: Geo, tmp_path: Path) -> None:
    """It is as old as its last fetch where one says so, at each update of it."""
    file = write(tmp_path / "s.csv", csv(WORLD))
    assert geo("add", "s", "--file", file, "--dated-by-fetch", *AT).exit_code == 0
    done = geo("update", "s", "--at", "2026-09-20")
    assert "s: unchanged, of 2026-09-20 now, was of 2026-07-20." in done.stdout
    stale = geo("list", "--at", "2026-09-20").stderr.splitlines()
    assert not [line for line in stale if line.startswith("s is stale")]
    assert geo("add", "t", "--file", file, "--date", "2026-07-01", *AT).exit_code == 0
    write(file, csv({**WORLD, "30.0.0.0/12": "ES"}))
    done = geo("update", "t", *AT)
    assert (done.exit_code, "--date, or --dated-by-fetch" in done.stderr) == (1, True)
    assert geo("update", "--dated-by-fetch", "--at", "2026-09-21").exit_code == 0


def test_a_store_that_is_no_folder(geo: Geo, mine: Path) -> None:
    """It is told in a sentence, with the option that names one."""
    for command in (("list",), ("update",), ("add", "x", "--file", mine), ("lookup", "1.2.3.4")):
        done = geo(*command, "--sources", mine)
        assert (done.exit_code, "is not a folder" in done.stderr) == (2, True), done.output


def test_a_source_whose_file_was_changed(geo: Geo, mine: Path, tmp_path: Path) -> None:
    """The others answer, the exit code says that one is missing, and an update mends it."""
    (data,) = (tmp_path / "store").glob("mine/versions/*/data")
    data.write_bytes(OLD[:-40])
    for command in (("list", *AT), ("lookup", "20.0.0.1")):
        done = geo(*command)
        assert done.exit_code == 2
        assert "iptoasn" in done.stdout
        assert "fetch it again: regiongate geo update mine" in done.stderr
    dry = geo("update", "mine", "--dry-run", *AT).stdout
    assert "mine: would be updated: version 2026-06-17" in dry
    assert "mine: mended, version 2026-06-17" in geo("update", "mine", *AT).stdout
    assert geo("lookup", "20.0.0.1").exit_code == 0


def test_update_of_nothing(geo: Geo) -> None:
    """A store without sources says how to add one."""
    done = geo("update")
    assert done.exit_code == 2
    assert "regiongate geo add" in done.stderr


def test_rollback_and_remove(geo: Geo, mine: Path) -> None:
    """Back to the version before, then away."""
    write(mine, NEW)
    geo("update", *AT)
    done = geo("rollback", "mine")
    assert "mine: version 2026-06-17 counts again" in done.stdout
    assert done.stderr == ""
    again = geo("rollback", "mine")
    assert "mine: from it you went back before" in again.stderr
    assert json.loads(geo("rollback", "mine", "--json").stdout)["was_left"] is True
    assert geo("update", *AT).exit_code == 1
    assert json.loads(geo("remove", "mine", "--json").stdout) == {"name": "mine", "removed": True}
    assert geo("rollback", "mine").exit_code == 2


def test_lookup(geo: Geo, mine: Path) -> None:
    """A column for each source, and a note on what was asked."""
    done = geo("lookup", "20.0.0.1", "::ffff:20.0.0.1", "10.0.0.1")
    assert done.exit_code == 0
    assert "carried in ::ffff:20.0.0.1 (::ffff:0:0/96)" in done.stdout
    assert "private-use (10.0.0.0/8, RFC 1918)" in done.stdout
    assert done.stdout.count("FR") == 2


def test_lookup_of_many(geo: Geo, mine: Path) -> None:
    """From standard input; every line that is no address is named."""
    found = json.loads(geo("lookup", "--json", given="20.0.0.1\n\n21.0.0.1\n").stdout)
    assert [row["sources"][-1]["says"] for row in found] == ["FR", "DE"]
    wrong = geo("lookup", given="20.0.0.1\nx\n1.2.3\n")
    assert wrong.exit_code == 1
    assert wrong.stderr.count("is not an address") == 2
    blank = geo("lookup", given="20.0.0.1\n\nx\n")
    assert blank.stderr.startswith("<stdin>:3:1: ")
    assert geo("lookup", "20.0.0.1", "x").stderr.startswith("addresses:2:1: ")
    assert geo("lookup", given="").exit_code == 2


def test_a_damaged_source(geo: Geo, mine: Path, tmp_path: Path) -> None:
    """It is named, and the others are listed."""
    (tmp_path / "store" / "mine" / "current.json").write_text("{")
    done = geo("list", "--json")
    assert done.exit_code == 2
    assert len(json.loads(done.stdout)) == len(BUNDLED)
    assert "current.json cannot be read" in done.stderr


def test_a_policy_names_a_source_of_the_store(geo: Geo, mine: Path, tmp_path: Path) -> None:
    """Every command that reads a policy knows the sources of the store, and only those."""
    text = EXAMPLE.read_text("utf-8").replace("iptoasn, geo-whois, ipfire", "ipfire, mine")
    policy = write(tmp_path / "policy.yaml", text.encode())
    assert "ipfire, mine" in policy.read_text()

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [*map(str, arguments)])

    assert run("policy", "check", policy).exit_code == 0
    assert run("policy", "show", policy).exit_code == 0
    assert run("policy", "test", policy).exit_code == 0
    assert run("policy", "diff", policy, policy).exit_code == 0
    found = json.loads(run("explain", "20.0.0.1", "--policy", policy, "--json", *AT).stdout)
    row = found["sources"][-1]
    assert (row["name"], row["country"], row["age_days"], row["stale"]) == ("mine", "FR", 33, False)
    built = run("bundle", "build", "--policy", policy, "--out", tmp_path / "bundle", *AT)
    assert built.exit_code == 0, built.output
    manifest = json.loads((tmp_path / "bundle" / "manifest.json").read_text())
    assert [source["name"] for source in manifest["sources"]] == ["ipfire", "mine"]
    nowhere = ("--sources", tmp_path / "nowhere")
    unknown = run("policy", "check", policy, *nowhere)
    assert unknown.exit_code == 1
    assert "There is no source `mine`" in unknown.stderr
    assert "`regiongate geo add mine`" in unknown.stderr
    # A bundle carries what its sources said, so it can be read where they are not.
    assert run("bundle", "verify", tmp_path / "bundle", "--no-envoy").exit_code == 0
    assert run("explain", "20.0.0.1", "--bundle", tmp_path / "bundle").exit_code == 0


def test_a_stale_source_is_loud_in_an_explanation(tmp_path: Path) -> None:
    """Its line says so, at the instant that is asked about."""
    policy = write(tmp_path / "policy.yaml", policy_text().encode())
    command = ["explain", "1.0.0.1", "--policy", str(policy), "--at"]
    assert "STALE" not in CliRunner().invoke(main, [*command, "2026-07-01"]).stdout
    said = CliRunner().invoke(main, [*command, "2026-09-01"]).stdout
    assert "source       iptoasn of 2026-06-17, STALE (76 days old): " in said


def test_the_usual_store(geo: Geo, mine: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """Without an option and a variable it is where the desktop specification says."""
    monkeypatch.delenv("REGIONGATE_SOURCES")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "data" / "regiongate").mkdir(parents=True)
    (tmp_path / "store").rename(tmp_path / "data" / "regiongate" / "sources")
    assert "mine" in geo("list").stdout


@pytest.mark.parametrize("verb", ["update", "rollback", "remove"])
def test_completion_of_names(geo: Geo, mine: Path, verb: str) -> None:
    """A shell completes the names of sources."""
    complete = ShellComplete(main, {}, "regiongate", "_REGIONGATE_COMPLETE")
    found = complete.get_completions(["geo", verb], "m")
    assert [item.value for item in found] == ["mine"]
    assert complete.get_completions(["geo", verb, "--sources", str(mine)], "m") == []


def test_the_group_lists_its_commands() -> None:
    """Those that are imported late are in the help as well."""
    group = main.get_command(click.Context(main), "geo")
    assert isinstance(group, click.Group)
    done = CliRunner().invoke(main, ["geo", "--help"])
    assert done.exit_code == 0
    for name in ("list", "add", "update", "rollback", "remove", "lookup"):
        assert f"  {name} " in done.stdout
