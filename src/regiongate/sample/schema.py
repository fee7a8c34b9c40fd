"""A JSON value that fits a JSON Schema, made from the words of the prompt."""

import re
from collections.abc import Mapping
from typing import Any

from regiongate.sample.errors import ApiError

DEEPEST = 32
"""Schemas within schemas."""

_KNOWN = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "items", "enum", "const"),
        *("anyOf", "title", "description", "default", "examples", "$schema", "strict"),
    }
)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_NUMBER = re.compile(r"\d{1,9}")


def names(prompt: str) -> tuple[str, ...]:
    """The words that begin with a capital inside of a sentence; else the first word."""
    return tuple(dict.fromkeys(_NAME.findall(prompt))) or (*prompt.split()[:1], "nothing")[:1]


def fit(schema: Any, prompt: str, name: str | None = None, depth: int = 0) -> Any:
    """A value for `schema`: texts are `name` or the prompt's first one, numbers its first number.

    `ApiError` for a schema that says more than is understood here: a value might not fit it.
    """
    if not isinstance(schema, Mapping) or depth > DEEPEST:
        raise ApiError(f"A schema must be an object, at most {DEEPEST} deep.", param="schema")
    if unknown := sorted(set(schema) - _KNOWN):
        raise ApiError(f"The sample does not know '{unknown[0]}' in a schema.", param="schema")
    if "const" in schema:
        return schema["const"]
    if any(isinstance(schema.get(key), list) and schema[key] for key in ("enum", "anyOf")):
        first = (schema.get("enum") or schema["anyOf"])[0]
        return first if schema.get("enum") else fit(first, prompt, name, depth + 1)
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties") or {}
        if not isinstance(properties, Mapping):
            raise ApiError("'properties' must be an object.", param="schema")
        return {key: fit(of, prompt, name, depth + 1) for key, of in properties.items()}
    if kind == "array":
        return [fit(schema.get("items", {"type": "string"}), prompt, name, depth + 1)]
    return _simple(kind[0] if isinstance(kind, list) and kind else kind, prompt, name)


def _simple(kind: Any, prompt: str, name: str | None) -> Any:
    found = _NUMBER.search(prompt)
    values = {
        "string": name or names(prompt)[0],
        "integer": int(found[0]) if found else 0,
        "number": int(found[0]) if found else 0,
        "boolean": True,
        "null": None,
    }
    if not isinstance(kind, str) or kind not in values:
        raise ApiError("Each schema needs a 'type' of JSON Schema.", param="schema")
    return values[kind]
