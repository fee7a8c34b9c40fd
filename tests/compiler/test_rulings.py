"""Rulings in a bundle: what they change, what verification makes of them, and of the one after."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from regiongate import Gate
from regiongate.compiler.envoy.keytable import pack, unpack
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.roll import Roll, read_registered
from regiongate.compiler.rulings import FILE, dump, load, with_rulings
from regiongate.compiler.snapshot import Inputs
from regiongate.compiler.verify import OpenBundle, examine, verify
from regiongate.domain.errors import CannotRun
from regiongate.domain.organization import Organization
from regiongate.domain.ruling import Ruling, RulingKind
from tests.support.bundles import files, folder_inputs, seal, write

WORLD = Path(__file__).parent / "world"
AT = datetime(2024, 8, 15, tzinfo=UTC)
"""After the block; the world's list has China off."""
LATE = datetime(2025, 1, 1, tzinfo=UTC)
OWN, STRANGE = bytes.fromhex("ab" * 32), b"s" * 32
SPARE, OTHER = b"1" * 32, b"2" * 32
REGISTERED = (
    Organization("acme", keys=(SPARE, OTHER)),
    Organization("org-ordinary", keys=(b"3" * 32,)),
)


def _ruling(kind: str, name: str, **facts: object) -> Ruling:
    return Ruling(RulingKind(kind), name, "a reason", "bob", **facts)  # type: ignore[arg-type]


RULINGS = (
    _ruling("correction", "c-1", network=ip_network("8.1.0.0/24"), region="CN", appeal="a-1"),
    _ruling("exemption", "e-1", organization="org-ordinary", until=LATE),
    _ruling("exemption", "e-2", key=SPARE),
    _ruling("exemption", "e-3", key=STRANGE, until=LATE, distant=True),
    _ruling("exemption", "e-4", network=ip_network("1.2.4.0/28"), until=LATE),
    _ruling("suspension", "7", organization="acme-2"),
)


def inputs(rulings: tuple[Ruling, ...] = RULINGS) -> Inputs:
    """The inputs of the small world with these rulings."""
    plain = folder_inputs(WORLD)
    policy, content = with_rulings(plain.policy, plain.policy_files, rulings)
    roll = Roll(plain.organizations, REGISTERED)
    return replace(plain, policy=policy, policy_files=content, organizations=roll)


@pytest.fixture(scope="module")
def content() -> dict[str, bytes]:
    """The files of a bundle with rulings of every kind."""
    return files(inputs(), AT)


@pytest.fixture
def bundle(content: dict[str, bytes], tmp_path: Path) -> Path:
    """The bundle in a folder."""
    return write(content, tmp_path / "bundle")


def test_a_bundle_with_rulings_is_sound(bundle: Path) -> None:
    """And it says them again, with the organizations that the store has."""
    assert verify(bundle, envoy=False) == []
    found = BundleReader(bundle)
    assert found.policy.rulings == RULINGS
    assert found.roll.registered == REGISTERED
    assert (
        found.organizations()["org-ordinary"].standing.name == "exempt until 2025-01-01T00:00:00Z"
    )
    assert found.organizations()["acme-2"].standing.name == "suspended"
    assert {key: standing.name for key, standing in found.keys.items()} == {
        SPARE: "exempt",
        STRANGE: "exempt",
    }
    assert found.manifest["counts"]["suspended"] == 3


@pytest.mark.envoy
def test_envoy_accepts_it(bundle: Path) -> None:
    """The real Envoy takes gate and table."""
    assert verify(bundle) == []


def test_what_the_table_of_keys_says(content: dict[str, bytes]) -> None:
    """A key stands as its organization, or by itself; a key of the file and of the store alike."""
    said = {
        key: (owner, standing) for key, owner, standing in unpack(content["organizations.keys"])
    }
    until = "exempt until 2025-01-01T00:00:00Z"
    assert said[SPARE] == ("acme", "exempt")
    assert said[OTHER] == ("acme", None)
    assert said[STRANGE] == (None, "exempt")
    assert said[OWN] == said[b"3" * 32] == ("org-ordinary", until)


def test_networks_by_database_and_by_library(bundle: Path) -> None:
    """Both find the ruling; outside of its network nothing has changed."""
    reader, gate = BundleReader(bundle), Gate.open(bundle)
    inside, beside = reader.place(ip_address("1.2.4.8")), reader.place(ip_address("1.2.4.99"))
    assert [rule.said_by for rule in inside.rules if rule.origin] == ["exemption:e-4"]
    assert not any(rule.origin for rule in beside.rules)
    assert gate.decide("1.2.4.8", at=AT).rule == "exemption:e-4"
    assert gate.decide("8.1.0.7", at=AT).rule.startswith("correction:c-1 ")
    assert gate.decide("8.1.0.7", at=AT).country == "CN"
    assert "approved by bob" in gate.reason("8.1.0.7", at=AT)


def test_without_rulings_nothing_is_different() -> None:
    """No file more, and the same generation as ever."""
    plain = folder_inputs(WORLD)
    policy, content = with_rulings(plain.policy, plain.policy_files, ())
    again = replace(
        plain, policy=policy, policy_files=content, organizations=Roll(plain.organizations)
    )
    assert files(again, AT) == files(plain, AT)
    assert FILE not in content


def test_rulings_come_back() -> None:
    """What was written is what is read; what is no such file is refused."""
    assert load(dump(RULINGS), "here") == RULINGS
    for wrong in (b"", b"[{}]", b"{}x", b'[{"kind": "exemption"}]', b"[7]"):
        with pytest.raises(CannotRun, match="here cannot be read"):
            load(wrong, "here")


def test_registered_organizations_come_back() -> None:
    """The same, with the place of a line that is none."""
    written = Roll((), REGISTERED).registered_file
    assert read_registered(written, "here") == REGISTERED
    for wrong in (b"", written[:-1], b"x" + written):
        with pytest.raises(CannotRun, match="here is no file"):
            read_registered(wrong, "here")
    with pytest.raises(CannotRun, match="here:3 is no organization and key"):
        read_registered(
            written.replace(b"acme,", b"ac me,").replace(b"ac me,", b"acme,", 1), "here"
        )


def test_a_key_has_one_owner() -> None:
    """The file and the store may both know a key, of one organization."""
    assert Roll([Organization("acme", keys=(SPARE,))], REGISTERED).owners[SPARE] == "acme"
    with pytest.raises(CannotRun, match=r"is thief's by .* and acme's by the store"):
        Roll([Organization("thief", keys=(SPARE,))], REGISTERED)


@pytest.fixture
def sound(bundle: Path) -> OpenBundle:
    """The bundle, found sound."""
    found, opened = examine(bundle, envoy=False)
    assert (found, opened is None) == ([], False)
    assert opened is not None
    return opened


def after(folder: Path, rulings: tuple[Ruling, ...]) -> Path:
    """The bundle that follows, with other rulings."""
    parent = BundleReader(folder).parent()
    return write(files(inputs(rulings), AT, parent=parent), folder.parent / "after")


MORE = (*RULINGS, _ruling("suspension", "8", organization="acme"))


def test_the_one_after_is_sound_too(bundle: Path, sound: OpenBundle) -> None:
    """Also where it is looked at with what is known of the one before, and by itself."""
    following = after(bundle, MORE)
    assert examine(following, sound, envoy=False)[0] == []
    assert verify(following, envoy=False) == []
    (said,) = [
        row for row in unpack((following / "organizations.keys").read_bytes()) if row[0] == SPARE
    ]
    assert said == (SPARE, "acme", "suspended")


def test_another_network_is_looked_at_again(bundle: Path, sound: OpenBundle) -> None:
    """Then the geography is another, and nothing that is known of it counts."""
    more = _ruling("exemption", "e-9", network=ip_network("1.2.5.0/24"))
    following = OpenBundle(after(bundle, (*RULINGS, more)), sound)
    assert not following.same_places
    assert examine(following.folder, sound, envoy=False)[0] == []


def _table(bundle: Path) -> None:
    rows = list(unpack((bundle / "organizations.keys").read_bytes()))
    owners = [(key, owner) for key, owner, _ in rows if owner is not None]
    said = {key: s for key, _, s in rows if s is not None and key != OTHER}
    (bundle / "organizations.keys").write_bytes(pack(owners, said))


def _owner(bundle: Path) -> None:
    rows = list(unpack((bundle / "organizations.keys").read_bytes()))
    owners = [(key, "thief" if owner == "acme" else owner) for key, owner, _ in rows if owner]
    said = {key: s for key, _, s in rows if s is not None}
    (bundle / "organizations.keys").write_bytes(pack(owners, said))


def _replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(bundle: Path) -> None:
        text = (bundle / name).read_text("utf-8")
        assert old in text
        (bundle / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def _database(bundle: Path) -> None:
    data = bytearray((bundle / "verdict.mmdb").read_bytes())
    data[data.index(b"unsupported")] ^= 1
    (bundle / "verdict.mmdb").write_bytes(data)


GATE, TABLE = "envoy/gate.json", "decisions.json"
FORGERIES: list[tuple[str, Callable[[Path], None], str]] = [
    ("a suspension is not in the table", _table, "keys"),
    ("a key has another owner", _owner, "keys"),
    (
        "a verdict is another",
        _replaced("envoy/gate.json", '"value": "block"', '"value": "allow"'),
        "decisions",
    ),
    (
        "the table says otherwise",
        _replaced("decisions.json", '"verdict": "block"', '"verdict": "warn"'),
        "decisions",
    ),
    ("a ruling is gone", _replaced(f"policy/{FILE}", "acme-2", "acme-3"), "manifest"),
    ("a store's key is gone", _replaced("registered.csv", "acme,", "acne,"), "manifest"),
    ("the database is another", _database, "database"),
    ("a probe asks elsewhere", _replaced("probes.json", "1.2.4", "1.2.9"), "database"),
]


@pytest.mark.parametrize(("name", "forge", "check"), FORGERIES, ids=[f[0] for f in FORGERIES])
def test_what_is_known_hides_no_fault(
    bundle: Path, sound: OpenBundle, name: str, forge: Callable[[Path], None], check: str
) -> None:
    """A forged successor with digests that fit is found out, as it would be by itself."""
    following = after(bundle, MORE)
    forge(following)
    assert "files" in {finding.check for finding in examine(following, sound, envoy=False)[0]}
    seal(following)
    found = {finding.check for finding in examine(following, sound, envoy=False)[0]}
    assert check in found
    assert found == {finding.check for finding in verify(following, envoy=False)}


def test_what_is_the_same_is_not_asked_twice(
    bundle: Path, sound: OpenBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Envoy is not started for a gate that differs by its generation alone."""
    following = after(bundle, (*RULINGS, _ruling("suspension", "8", organization="acme")))
    asked: list[str] = []
    monkeypatch.setattr(
        "regiongate.compiler.verify.envoy.validate", lambda *_: asked.append("envoy")
    )
    assert examine(following, sound)[0] == []
    assert asked == []
    assert verify(following) == []
    assert asked == ["envoy"]
    assert json.loads((following / "manifest.json").read_text())["parent"] == sound.generation
