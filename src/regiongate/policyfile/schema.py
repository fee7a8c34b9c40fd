"""The JSON Schema for editors, made from the description that the reader itself follows."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from regiongate.policyfile import document, region

PATH = files("regiongate.policyfile") / "policy.schema.json"
"""The checked-in copy; a test makes it anew and compares."""


def schema() -> dict[str, Any]:
    """The form of a policy file. Rules between keys are `check`'s; a schema cannot say them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"regiongate policy file ({document.FORMAT})",
        **document.SHAPE.schema(),
        "$defs": region.DEFINITIONS,
    }


def text() -> str:
    """The schema as it is checked in."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
