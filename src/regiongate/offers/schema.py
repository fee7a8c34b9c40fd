"""The JSON Schema of offers files for editors, from the description that the reader follows."""

from __future__ import annotations

import json
from typing import Any

from regiongate.offers import document
from regiongate.policyfile import region


def schema() -> dict[str, Any]:
    """The form of an offers file. Rules between keys are `check`'s; a schema cannot say them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"regiongate offers file ({document.FORMAT})",
        **document.SHAPE.schema(),
        "$defs": region.DEFINITIONS,
    }


def text() -> str:
    """The schema as it is checked in beside this file, as `offers.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
