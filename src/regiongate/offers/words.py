"""Single values as they stand in an offers file and in no policy: money, tokens, models, dates."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pycountry

from regiongate.domain.region import is_subdivision
from regiongate.policyfile import region as region_shapes
from regiongate.policyfile.node import ScalarNode
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.region import region
from regiongate.policyfile.shape import Scalar
from regiongate.policyfile.span import SPAN
from regiongate.policyfile.text import word

WITHOUT_END = "without-end"
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?\Z", re.ASCII)
_TOKENS = re.compile(r"[1-9][0-9]{0,14}\Z", re.ASCII)
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?\Z", re.ASCII)


def _price(node: ScalarNode, _: Reader) -> Decimal:
    if not node.plain or _PRICE.match(node.text) is None:
        remedy = "write a plain number such as 0.50, without quotes and without a currency"
        raise Wrong("bad-price", f"{node.written} is not a price", remedy)
    return Decimal(node.text)


def _tokens(node: ScalarNode, _: Reader) -> int:
    if not node.plain or _TOKENS.match(node.text) is None:
        remedy = "write a whole number such as 50000000, without quotes"
        raise Wrong("bad-tokens", f"{node.written} is not a number of tokens", remedy)
    return int(node.text)


def _currency(node: ScalarNode, _: Reader) -> str:
    if pycountry.currencies.get(alpha_3=node.text) is None:
        remedy = "write a code of ISO 4217 such as EUR"
        raise Wrong("unknown-currency", f"`{node.shown}` is not a currency", remedy)
    return node.text


def _dated(node: ScalarNode, _: Reader) -> str:
    wrong = Wrong("bad-date", f"`{node.shown}` is not a date", "write 2024-06-26, or 2024-06")
    if _DATED.match(node.text) is None:
        raise wrong
    try:
        date.fromisoformat(node.text if len(node.text) > len("2024-06") else f"{node.text}-01")
    except ValueError:
        raise wrong from None
    return node.text


def _lasts(node: ScalarNode, reader: Reader) -> timedelta | None:
    if node.text == WITHOUT_END:
        return None
    try:
        return SPAN.parse(node, reader)
    except Wrong as wrong:
        raise Wrong(wrong.code, wrong.message, f"{wrong.remedy}, or {WITHOUT_END}") from None


def _part(node: ScalarNode, _: Reader) -> str:
    code = region(node.text)
    if not is_subdivision(code):
        message = f"{code} is a country, not a part of one"
        raise Wrong("bad-region", message, "leave it out of `regions`")
    return code


PRICE = Scalar(_price, {"type": "number", "minimum": 0})
TOKENS = Scalar(_tokens, {"type": "integer", "minimum": 1})
CURRENCY = Scalar(_currency, {"type": "string", "pattern": "^[A-Z]{3}$"})
DATED = Scalar(_dated, {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"})
"""The date of a source: a day, or only a month where no more is known."""

PART = Scalar(_part, region_shapes.PART.schema())
"""A part of a country (ISO 3166-2) that is not served."""

LASTS = Scalar(_lasts, {"anyOf": [{"const": WITHOUT_END}, SPAN.schema()]})
"""A span of time, or `without-end` (the value is None), which must be said."""

# Models and links go into code that people run: no letter means anything to a shell or a string.
MODEL = word(
    "a model",
    r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}",
    "use letters, digits, `.`, `_`, `-`, `:`, `/`, `@`",
)
BASE_URL = word(
    "a base URL",
    r"https?://[A-Za-z0-9._~:%\[\]-]{1,300}(/[A-Za-z0-9._~:/@%\[\]-]{0,300})?",
    "write https://… as an SDK takes it, without a name and password, `?` and `#`",
)
