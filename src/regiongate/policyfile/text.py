"""Words, sentences, links, paths, truth and numbers as they stand in a policy file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from regiongate.domain.organization import ID_PATTERN
from regiongate.policyfile.node import ScalarNode
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.shape import Scalar, did_you_mean

W = TypeVar("W", bound=str)


def choice(what: str, words: Iterable[W], code: str = "unknown-word") -> Scalar[W]:
    """One of a few words."""
    known = {str(word): word for word in words}

    def parse(node: ScalarNode, _: Reader) -> W:
        if node.text not in known:
            raise Wrong(code, f"`{node.shown}` is not {what}", did_you_mean(node.text, known))
        return known[node.text]

    return Scalar(parse, {"type": "string", "enum": list(known)})


def word(what: str, pattern: str, remedy: str) -> Scalar[str]:
    """Text of a fixed form, quoted where YAML would read a number."""
    exact = re.compile(pattern + r"\Z")

    def parse(node: ScalarNode, _: Reader) -> str:
        text = _quoted_if_needed(node)
        if exact.match(text) is None:
            raise Wrong("bad-value", f"`{node.shown}` is not {what}", remedy)
        return text

    return Scalar(parse, {"type": "string", "pattern": f"^{pattern}$"})


def _quoted_if_needed(node: ScalarNode) -> str:
    if not node.reads_as_text:
        message = f"`{node.shown}` reads as a number or a truth value"
        raise Wrong("bad-type", message, f'put it in quotes: "{node.text}"')
    return node.text


def _sentence(node: ScalarNode, _: Reader) -> str:
    text = _quoted_if_needed(node)
    if not text.strip() or len(text) > 500 or not text.isprintable():
        remedy = "write one line of 1 to 500 printable characters"
        raise Wrong("bad-value", f"{node.written} is not a sentence", remedy)
    return text


def _boolean(node: ScalarNode, _: Reader) -> bool:
    if not node.plain or node.text not in ("true", "false"):
        raise Wrong("bad-type", f"{node.written} is not a truth value", "write true or false")
    return node.text == "true"


def integer(what: str, allowed: range) -> Scalar[int]:
    """A whole number in a range, written without quotes."""
    span = f"{allowed[0]} to {allowed[-1]}"

    def parse(node: ScalarNode, _: Reader) -> int:
        if not node.plain or re.match(r"[0-9]{1,9}\Z", node.text, re.ASCII) is None:
            message = f"{node.written} is not a whole number"
            raise Wrong("bad-type", message, f"write {what}, {span}, without quotes")
        if int(node.text) not in allowed:
            raise Wrong("bad-value", f"{node.text} is not {what}", f"write a number from {span}")
        return int(node.text)

    return Scalar(parse, {"type": "integer", "minimum": allowed[0], "maximum": allowed[-1]})


# Names, versions, links and paths travel in response headers and in proxy configuration. Their
# letters are those that need no quoting in any of these, so that no target has to escape them.
_URL_LETTERS = r"[A-Za-z0-9._~:/?#@!$&()*+,;=\[\]-]"

NAME = word("a name", r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "use letters, digits, `.`, `_`, `-`")
VERSION = word(
    "a version", r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", "use letters, digits, `.`, `_`, `+`, `-`"
)
LINK = word("a link", rf"https?://{_URL_LETTERS}{{1,500}}", "write https://… with ASCII letters")
CONTACT = word(
    "a contact",
    rf"(https?://|mailto:){_URL_LETTERS}{{1,500}}",
    "write mailto:… or https://… with ASCII letters",
)
ORGANIZATION = word(
    "an organization", ID_PATTERN, "use 1 to 256 ASCII letters, no space and no comma"
)
CSV_FILE = word(
    "a file name",
    r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}\.csv",
    "name a CSV beside the policy file or in a folder below it",
)
PATH = word(
    "a path",
    r"/[A-Za-z0-9._~:@!$&()+,;=/-]*\*?",
    "begin it with `/`; a `*` may only end it; write neither spaces nor `?`",
)
SENTENCE = Scalar(_sentence, {"type": "string", "minLength": 1, "maxLength": 500})
BOOLEAN = Scalar(_boolean, {"type": "boolean"})
