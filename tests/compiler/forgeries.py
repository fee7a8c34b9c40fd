"""Bundles that somebody changed in their meaning: which change, and which check must notice it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regiongate.compiler.envoy.keytable import pack, unpack
from regiongate.compiler.verify import verify
from regiongate.geo.mmdb.reader import read
from regiongate.geo.mmdb.writer import encode
from tests.support.bundles import seal, write


@dataclass(frozen=True)
class Forgery:
    """A change of meaning, the check that must notice, and a word of what it must say."""

    name: str
    change: Callable[[Path], None]
    check: str
    says: str


def edit_json(path: Path, change: Callable[[Any], object]) -> None:
    content = json.loads(path.read_text("utf-8"))
    change(content)
    text = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def said_of_harmed(
    content: dict[str, bytes], folder: Path, change: Callable[[Any], object]
) -> list[str]:
    """What is said of the routes and servers of a bundle whose start configuration was changed."""
    bundle = write(content, folder)
    edit_json(bundle / "envoy/bootstrap.json", change)
    seal(bundle)
    return [str(one) for one in verify(bundle, envoy=False) if one.check in ("routes", "behind")]


def replaced(name: str, old: str, new: str, times: int = -1) -> Callable[[Path], None]:
    def change(bundle: Path) -> None:
        text = (bundle / name).read_text("utf-8")
        assert old in text
        (bundle / name).write_text(text.replace(old, new, times), encoding="utf-8")

    return change


def _gate(change: Callable[[Any], object]) -> Callable[[Path], None]:
    """Change the list of the gate's filters."""

    def apply(bundle: Path) -> None:
        def inner(content: Any) -> None:
            tree = content["resources"][0]["typed_config"]["matcher"]
            run = tree["on_no_match"]["action"]["typed_config"]
            change(run["filter_chain"]["typed_config"])

        edit_json(bundle / "envoy/gate.json", inner)

    return apply


def _without_refusals(value: Any) -> None:
    """Take the refusing filter from every leaf."""
    if isinstance(value, list):
        value[:] = [item for item in value if not _refuses(item)]
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            _without_refusals(item)


def _refuses(item: Any) -> bool:
    return isinstance(item, dict) and item.get("name") == "refuse"


def _deciding(filters: Any) -> Any:
    """The tree that decides for ordinary organizations."""
    return filters[-1]["typed_config"]["matcher"]["on_no_match"]["matcher"]


def _open_wide(filters: Any) -> None:
    rows = _deciding(filters)["matcher_list"]["matchers"]
    _, whole = rows[-1]["predicate"]["and_matcher"]["predicate"]
    whole["single_predicate"]["value_match"]["safe_regex"]["regex"] = "/legal/.*"


def _shut(filters: Any) -> None:
    rows = _deciding(filters)["matcher_list"]["matchers"]
    begins, _ = rows[-1]["predicate"]["and_matcher"]["predicate"]
    begins["single_predicate"]["value_match"]["prefix"] = "/illegal/"


def _standings(filters: Any) -> Any:
    return filters[-1]["typed_config"]["matcher"]["matcher_tree"]["exact_match_map"]["map"]


def _forget_unknown(filters: Any) -> None:
    del _deciding(filters)["on_no_match"]["matcher"]["on_no_match"]


def _lose_a_chain(filters: Any) -> None:
    del filters[-1]["typed_config"]["named_filter_chains"]["suspended"]


def _decide_twice(filters: Any) -> None:
    chains = filters[-1]["typed_config"]["named_filter_chains"]
    chains["ordinary"] = chains["suspended"]


def _forget_a_place(filters: Any) -> None:
    (decide,) = filters[-1]["typed_config"]["named_filter_chains"]["suspended"]["typed_config"]
    places = decide["typed_config"]["matcher"]["on_no_match"]["matcher"]["matcher_tree"]
    del places["exact_match_map"]["map"]["private location:private"]


def _rewrite_database(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Path], None]:
    def apply(bundle: Path) -> None:
        path = bundle / "verdict.mmdb"
        table = read(path)
        records = [change(json.loads(json.dumps(record))) for record in table.records]
        said = table.metadata
        data = encode(
            table.steps,
            records,
            build_epoch=said["build_epoch"],
            database_type=said["database_type"],
            description="forged",
        )
        path.write_bytes(data)

    return apply


def _china_is_france(record: dict[str, Any]) -> dict[str, Any]:
    if record.get("country") == {"iso_code": "CN"}:
        record["city"]["names"]["en"] = "supported list:openai-2024-08"
    return record


def _china_votes_france(record: dict[str, Any]) -> dict[str, Any]:
    if record.get("country") == {"iso_code": "CN"}:
        votes = record["regiongate"]["votes"]
        record["regiongate"]["votes"] = dict.fromkeys(votes, "FR")
    return record


def _no_key(record: dict[str, Any]) -> dict[str, Any]:
    record.pop("city")
    return record


def _other_owner(bundle: Path) -> None:
    (bundle / "organizations.keys").write_bytes(pack([(bytes.fromhex("ab" * 32), "org-thief")]))


def _other_standing(bundle: Path) -> None:
    rows = list(unpack((bundle / "organizations.keys").read_bytes()))
    owners = [(key, owner) for key, owner, _ in rows if owner is not None]
    said = {key: "suspended" for key, _, standing in rows if standing is None}
    (bundle / "organizations.keys").write_bytes(pack(owners, said))


def _strange_database(bundle: Path) -> None:
    table = read(bundle / "verdict.mmdb")
    data = encode(
        table.steps, list(table.records), build_epoch=1, database_type="x", description="x"
    )
    (bundle / "verdict.mmdb").write_bytes(data)


GATE, MANIFEST = "envoy/gate.json", "manifest.json"
BLOCK = "2024-07-09T07:00:"
FORGERIES = [
    Forgery(
        "a block becomes an allow",
        replaced(GATE, '"value": "block"', '"value": "allow"'),
        "decisions",
        "verdict is 'allow', by the policy it is 'block'",
    ),
    Forgery("refusals are gone", _gate(_without_refusals), "decisions", "it lets a request pass"),
    Forgery(
        "a date moves by a second",
        replaced(GATE, f'"string_value": "{BLOCK}00Z"', f'"string_value": "{BLOCK}01Z"'),
        "decisions",
        "at 2024-07-09T07:00:00Z",
    ),
    Forgery("an open path opens more", _gate(_open_wide), "decisions", "/legal/"),
    Forgery(
        "a refusal says another code",
        replaced(GATE, "unsupported_country_region_territory", "rate_limit_exceeded"),
        "decisions",
        "code is 'rate_limit_exceeded'",
    ),
    Forgery(
        "a refusal names another policy", replaced(GATE, '"world"', '"word"'), "decisions", "policy"
    ),
    Forgery(
        "a refusal names another version",
        replaced(GATE, '"value": "7"', '"value": "8"'),
        "decisions",
        "version",
    ),
    Forgery(
        "a refusal sends appeals elsewhere",
        replaced(GATE, "example.com/appeal", "evil.example/appeal"),
        "decisions",
        "appeal",
    ),
    Forgery(
        "a geofeed names another country",
        replaced("policy/acme.csv", "8.1.0.0/16,HK", "8.1.0.0/16,FR"),
        "database",
        "8.1.0.0: the place is 'unsupported geofeed:acme.csv",
    ),
    Forgery(
        "a geofeed takes a network out of itself",
        replaced("policy/acme.csv", "8.1.2.0/23,DE", "8.1.2.0/23,"),
        "database",
        "8.1.2.0: the place is 'supported geofeed:acme.csv",
    ),
    Forgery(
        "a warning has no date", replaced(GATE, '"sunset"', '"sunrise"'), "decisions", "sunset"
    ),
    Forgery("an open path is shut", _gate(_shut), "decisions", "/legal/"),
    Forgery("an unknown place has no leaf", _gate(_forget_unknown), "decisions", "has no action"),
    Forgery("a standing forgets a place", _gate(_forget_a_place), "decisions", "(suspended)"),
    Forgery("a standing has no chain", _gate(_lose_a_chain), "organizations", "has no chain"),
    Forgery(
        "two trees for ordinary organizations", _gate(_decide_twice), "organizations", "and differ"
    ),
    Forgery(
        "the gate knows a standing that nobody has",
        _gate(lambda filters: _standings(filters).update(thief=_standings(filters)["suspended"])),
        "organizations",
        "thief is 'suspended'",
    ),
    Forgery(
        "a suspension is forgotten",
        _gate(lambda filters: _standings(filters).pop("suspended")),
        "organizations",
        "suspended is 'ordinary'",
    ),
    Forgery("a key is suspended by the table alone", _other_standing, "keys", "and is suspended"),
    Forgery(
        "a slot looks into another database",
        replaced("envoy/bootstrap.json", "slots/b/verdict.mmdb", "slots/b/other.mmdb"),
        "decisions",
        "other.mmdb",
    ),
    Forgery(
        "the keys are another bundle's",
        replaced(GATE, "/organizations.keys", "/other.keys"),
        "decisions",
        "another bundle",
    ),
    Forgery(
        "the filters are in another order",
        _gate(lambda filters: filters.reverse()),
        "decisions",
        "order",
    ),
    Forgery(
        "a filter is added",
        _gate(lambda filters: filters.insert(0, {"name": "x", "typed_config": {"@type": "x"}})),
        "decisions",
        "unknown",
    ),
    Forgery(
        "a field that nobody knows",
        _gate(lambda filters: filters[-1].update(disabled=True)),
        "decisions",
        "disabled",
    ),
    Forgery(
        "the gate is of another generation",
        lambda bundle: edit_json(bundle / GATE, lambda it: it.update(version_info="9-00000000")),
        "decisions",
        "9-00000000",
    ),
    Forgery(
        "the database calls China supported",
        _rewrite_database(_china_is_france),
        "database",
        "the place is 'supported",
    ),
    Forgery(
        "the database has other votes",
        _rewrite_database(_china_votes_france),
        "database",
        "by the policy it is 'supported",
    ),
    Forgery("the database has no keys", _rewrite_database(_no_key), "database", "KeyError"),
    Forgery("the database is of another kind", _strange_database, "database", "database_type"),
    Forgery(
        "the readable table says something else",
        replaced("decisions.json", '"verdict": "block"', '"verdict": "allow"'),
        "decisions",
        "the table says",
    ),
    Forgery(
        "a probe expects another place",
        replaced("probes.json", "unsupported except:UA-43", "location:unknown"),
        "database",
        "is to have the place",
    ),
    Forgery("a key has another owner", _other_owner, "keys", "org-thief"),
    Forgery(
        "an organization is added",
        replaced("organizations.csv", "org-pausing", "org-more,ordinary,,\norg-pausing"),
        "manifest",
        "inputs",
    ),
    Forgery(
        "the policy is another one",
        replaced("policy/policy.yaml", "disputed: warn", "disputed: block"),
        "decisions",
        "by the policy it is 'block'",
    ),
    Forgery(
        "a test of the policy does not hold",
        replaced("policy/policy.yaml", "23:59:59, verdict: warn", "23:59:59, verdict: allow"),
        "tests",
        "must allow, the gate for /v1/chat/completions says warn",
    ),
    Forgery(
        "the manifest tells another phase",
        lambda bundle: edit_json(bundle / MANIFEST, lambda it: it.update(phase="observe")),
        "manifest",
        "phase is 'observe', from the files follows 'warn'",
    ),
    Forgery(
        "the manifest tells another date",
        lambda bundle: edit_json(bundle / MANIFEST, lambda it: it.update(next_change=None)),
        "manifest",
        "next_change",
    ),
    Forgery(
        "the manifest leaves a file out",
        lambda bundle: edit_json(bundle / MANIFEST, lambda it: it["files"].pop("verdict.mmdb")),
        "files",
        "verdict.mmdb is not listed",
    ),
]
