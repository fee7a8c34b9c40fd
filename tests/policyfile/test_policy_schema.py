"""The JSON Schema for editors."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from regiongate.policyfile import new, schema

ROOT = Path(__file__).parents[2]
CHECKED_IN = ROOT / "src" / "regiongate" / "policyfile" / "policy.schema.json"
DOCS = ROOT / "docs" / "policy.md"


class CoreLoader(yaml.SafeLoader):
    """Reads as editors do (YAML 1.2): dates are text, `NO` is text."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":int", ":null"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _text_or_truth(_: yaml.Loader, node: yaml.ScalarNode) -> str | bool:
    plain = getattr(node, "style", None) is None
    text = str(node.value)
    return text == "true" if plain and text in ("true", "false") else text


CoreLoader.add_constructor("tag:yaml.org,2002:str", _text_or_truth)


def _read(text: str) -> Any:
    return yaml.load(text, Loader=CoreLoader)  # noqa: S506  # A SafeLoader with fewer types.


def test_the_checked_in_schema_is_the_generated_one() -> None:
    """The file that editors use follows the reader; REGIONGATE_REWRITE=1 writes it anew."""
    if os.environ.get("REGIONGATE_REWRITE"):
        CHECKED_IN.write_text(schema.text(), encoding="utf-8")
    assert CHECKED_IN.read_text(encoding="utf-8") == schema.text()
    assert json.loads(schema.PATH.read_text(encoding="utf-8")) == schema.schema()


def test_right_policies_fit_the_schema() -> None:
    """The schema is one, and the example and the template of `policy new` fit it."""
    jsonschema.Draft202012Validator.check_schema(schema.schema())
    validator = jsonschema.Draft202012Validator(schema.schema())
    validator.validate(_read((ROOT / "examples" / "policy.yaml").read_text()))
    validator.validate(_read(new.template("my-api", date(2024, 7, 1))))


@pytest.mark.parametrize(
    "name",
    [
        "unknown-keys",
        "missing-keys",
        "words-wrong",
        "not-iso",
        "networks-contradict",
        "shapes-wrong",
    ],
)
def test_wrong_policies_do_not_fit_the_schema(name: str) -> None:
    """What an editor can see, it underlines."""
    text = (Path(__file__).parent / "bad" / f"{name}.yaml").read_text()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_read(text), schema.schema())


def test_every_key_is_documented() -> None:
    """docs/policy.md names every key of the file, with the sentence that the schema has for it."""
    documented = DOCS.read_text(encoding="utf-8")
    missing = [
        name
        for name, about in _keys(schema.schema())
        if f"`{name}`" not in documented or about.rstrip(".") not in documented
    ]
    assert not missing


def _keys(part: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for name, inner in part.get("properties", {}).items():
        found += [(name, inner["description"]), *_keys(inner), *_keys(inner.get("items", {}))]
    return found


def test_every_problem_code_is_documented() -> None:
    """docs/policy.md names the code of every problem that the wrong files provoke."""
    answers = (Path(__file__).parent / "bad").glob("*.txt")
    codes = {
        line[1 : line.index("]")] for file in answers for line in file.read_text().splitlines()
    }
    documented = DOCS.read_text(encoding="utf-8")
    assert not [code for code in codes if f"`{code}`" not in documented]
