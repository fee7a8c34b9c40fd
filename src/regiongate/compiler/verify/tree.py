"""A small interpreter of Envoy's matching trees (xDS unified matcher), strict about what it reads.

It was written from the xDS and Envoy documentation, not from the code that writes our trees. A
field or type it does not know is an error, never skipped: what is not understood is not verified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Json = dict[str, Any]
TYPES = "type.googleapis.com/"

_HEADER = TYPES + "envoy.type.matcher.v3.HttpRequestHeaderMatchInput"
_CEL_INPUT = TYPES + "xds.type.matcher.v3.HttpAttributesCelMatchInput"
_CEL = TYPES + "xds.type.matcher.v3.CelMatcher"


class NotUnderstood(ValueError):
    """A configuration of a shape that this interpreter does not know."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a tree can ask about: headers (`:path` among them) and the clock."""

    headers: Mapping[str, str]
    time: datetime


Input = Callable[[Request], str | None]
Predicate = Callable[[Request], bool]


@dataclass(frozen=True, slots=True)
class Tree(Generic[T]):
    """A matching tree whose actions have been read; `run` gives the action for a request.

    There is one for every request: Envoy lets pass what a tree has no action for.

    `knows` maps each header that some part of the tree looks at to the values it has an own
    answer for.
    """

    run: Callable[[Request], T]
    knows: Mapping[str, frozenset[str]]


def read_tree(config: Json, action: Callable[[Json], T]) -> Tree[T]:
    """Read a matcher; `action` reads the configuration of each action once."""
    reading = _Reading(action)
    run = reading.matcher(config)
    return Tree(run, {header: frozenset(values) for header, values in reading.knows.items()})


def take(config: Any, needed: Iterable[str], optional: Iterable[str] = ()) -> list[Any]:
    """The values of exactly these keys, None for an absent optional one; else NotUnderstood."""
    if not isinstance(config, dict):
        raise NotUnderstood(f"an object was expected, not {config!r}")
    needed, optional = list(needed), list(optional)
    missing = [key for key in needed if key not in config]
    unknown = [key for key in config if key not in needed and key not in optional]
    if missing or unknown:
        raise NotUnderstood(f"missing {missing}, unknown {unknown} in {sorted(config)}")
    return [config.get(key) for key in (*needed, *optional)]


def take_typed(extension: Any, kind: str, needed: Iterable[str] = ()) -> list[Any]:
    """The fields of a named extension's configuration, which must be of this type."""
    _, config = take(extension, ("name", "typed_config"))
    said, *values = take(config, ("@type", *needed))
    if said != kind:
        raise NotUnderstood(f"{kind} was expected, not {said}")
    return values


class _Reading(Generic[T]):
    """One tree being read."""

    def __init__(self, action: Callable[[Json], T]) -> None:
        self._action = action
        self.knows: dict[str, set[str]] = {}

    def matcher(self, config: Json) -> Callable[[Request], T]:
        rows, tree, otherwise = take(config, (), ("matcher_list", "matcher_tree", "on_no_match"))
        if (rows is None) == (tree is None):
            raise NotUnderstood("a matcher is either a list or a tree")
        if otherwise is None:
            raise NotUnderstood("a matcher has no action for what it does not match")
        fallback = self.outcome(otherwise)
        branch = self.in_order(rows) if tree is None else self.by_value(tree)

        def run(request: Request) -> T:
            outcome = branch(request)
            return fallback(request) if outcome is None else outcome(request)

        return run

    def outcome(self, config: Json) -> Callable[[Request], T]:
        nested, action = take(config, (), ("matcher", "action"))
        if (nested is None) == (action is None):
            raise NotUnderstood("an outcome is either a matcher or an action")
        if nested is not None:
            return self.matcher(nested)
        _, typed = take(action, ("name", "typed_config"))
        done = self._action(typed)
        return lambda _: done

    def in_order(self, config: Json) -> Callable[[Request], Callable[[Request], T] | None]:
        (rows,) = take(config, ("matchers",))
        pairs = [take(row, ("predicate", "on_match")) for row in rows]
        read = [(self.predicate(predicate), self.outcome(match)) for predicate, match in pairs]

        return lambda request: next((then for holds, then in read if holds(request)), None)

    def by_value(self, config: Json) -> Callable[[Request], Callable[[Request], T] | None]:
        subject, table = take(config, ("input", "exact_match_map"))
        (choices,) = take(table, ("map",))
        ask = self.input(subject)
        read = {value: self.outcome(outcome) for value, outcome in choices.items()}
        self.knows[_header_of(subject)].update(read)

        def choose(request: Request) -> Callable[[Request], T] | None:
            value = ask(request)
            return None if value is None else read.get(value)

        return choose

    def input(self, config: Json) -> Input:
        header = _header_of(config)
        self.knows.setdefault(header, set())
        return lambda request: request.headers.get(header)

    def predicate(self, config: Json) -> Predicate:
        single, several = take(config, (), ("single_predicate", "and_matcher"))
        if (single is None) == (several is None):
            raise NotUnderstood("a predicate is either single or made of several")
        if several is not None:
            (parts,) = take(several, ("predicate",))
            read = [self.predicate(part) for part in parts]
            return lambda request: all(holds(request) for holds in read)
        subject, value, custom = take(single, ("input",), ("value_match", "custom_match"))
        if (value is None) == (custom is None):
            raise NotUnderstood("a predicate has one matcher")
        return _clock(subject, custom) if value is None else self.text(subject, value)

    def text(self, subject: Json, value: Json) -> Predicate:
        safe, prefix = take(value, (), ("safe_regex", "prefix"))
        if (safe is None) == (prefix is None):
            raise NotUnderstood("a text is matched by an expression or by its beginning")
        fits = _beginning(prefix) if safe is None else _expression(safe)
        ask = self.input(subject)

        def holds(request: Request) -> bool:
            said = ask(request)
            return said is not None and fits(said)

        return holds


def _header_of(config: Json) -> str:
    (header,) = take_typed(config, _HEADER, ("header_name",))
    return str(header)


def _beginning(prefix: str) -> Callable[[str], bool]:
    if not prefix:
        raise NotUnderstood("every text begins with an empty one")
    return lambda said: said.startswith(prefix)


def _expression(safe: Json) -> Callable[[str], bool]:
    """An expression fits the whole text."""
    _, pattern = take(safe, ("google_re2", "regex"))
    compiled = re.compile(pattern)
    return lambda said: compiled.fullmatch(said) is not None


def _clock(subject: Json, custom: Json) -> Predicate:
    """`request.time < timestamp("…")`, the one CEL expression that is known here."""
    take_typed(subject, _CEL_INPUT)
    (match,) = take_typed(custom, _CEL, ("expr_match",))
    (parsed,) = take(match, ("cel_expr_parsed",))
    (expression,) = take(parsed, ("expr",))
    function, (left, right) = take(_node(expression, "call_expr"), ("function", "args"))
    operand, name = take(_node(left, "select_expr"), ("operand", "field"))
    (variable,) = take(_node(operand, "ident_expr"), ("name",))
    convert, (constant,) = take(_node(right, "call_expr"), ("function", "args"))
    (text,) = take(_node(constant, "const_expr"), ("string_value",))
    if (function, variable, name, convert) != ("_<_", "request", "time", "timestamp"):
        raise NotUnderstood(f"the expression {convert}({variable}.{name}) {function}")
    limit = datetime.fromisoformat(text)
    return lambda request: request.time < limit


def _node(config: Json, kind: str) -> Json:
    _, node = take(config, ("id", kind))
    found: Json = node
    return found
