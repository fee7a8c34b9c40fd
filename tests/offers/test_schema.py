"""The JSON Schema of offers files, and that each of their keys is documented."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from regiongate.offers import new, schema
from regiongate.offers.read import SHIPPED

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src" / "regiongate" / "offers"
CHECKED_IN = FOLDER / "offers.schema.json"
DOCS = ROOT / "docs" / "switching.md"


class Loader(yaml.SafeLoader):
    """Reads as editors do (YAML 1.2): dates are text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":int", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(text: str) -> Any:
    return yaml.load(text, Loader=Loader)  # noqa: S506  # A SafeLoader with fewer types.


def test_the_checked_in_schema_is_the_generated_one() -> None:
    """The file that editors use follows the reader; REGIONGATE_REWRITE=1 writes it anew."""
    if os.environ.get("REGIONGATE_REWRITE"):
        CHECKED_IN.write_text(schema.text(), encoding="utf-8")
    assert CHECKED_IN.read_text(encoding="utf-8") == schema.text()


def test_right_files_fit_the_schema() -> None:
    """The schema is one; the template and the shipped history fit it."""
    found = json.loads(schema.text())
    jsonschema.Draft202012Validator.check_schema(found)
    for text in (new.template(date(2026, 6, 1)), (FOLDER / SHIPPED).read_text("utf-8")):
        jsonschema.validate(_read(text), found)


def test_wrong_words_do_not_fit_the_schema() -> None:
    """What an editor can see, it underlines."""
    text = (Path(__file__).parent / "bad" / "words-wrong.yaml").read_text("utf-8")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_read(text), schema.schema())


def test_every_key_and_word_is_documented() -> None:
    """docs/switching.md names every key with the sentence of the schema, and every word."""
    page = DOCS.read_text(encoding="utf-8")
    keys, words = _said(schema.schema())
    assert [
        name for name, about in keys if f"`{name}`" not in page or about.rstrip(".") not in page
    ] == []
    assert [word for word in words if f"`{word}`" not in page] == []


def test_every_problem_code_is_documented() -> None:
    """docs/switching.md names the code of every problem that only offers files have."""
    page = DOCS.read_text(encoding="utf-8")
    answers = (Path(__file__).parent / "bad").glob("*.txt")
    lines = (line for file in answers for line in file.read_text("utf-8").splitlines())
    of_policies = (ROOT / "docs" / "policy.md").read_text("utf-8")
    codes = {line[1 : line.index("]")] for line in lines}
    assert [c for c in codes if f"`{c}`" not in page and f"`{c}`" not in of_policies] == []


def _said(part: dict[str, Any]) -> tuple[list[tuple[str, str]], list[str]]:
    keys: list[tuple[str, str]] = []
    words = list(part.get("enum", ()))
    for name, inner in part.get("properties", {}).items():
        keys.append((name, inner["description"]))
        _more(inner, keys, words)
    if "items" in part:
        _more(part["items"], keys, words)
    return keys, words


def _more(part: dict[str, Any], keys: list[tuple[str, str]], words: list[str]) -> None:
    below = _said(part)
    keys += below[0]
    words += below[1]
