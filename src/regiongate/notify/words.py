"""A notice in words: subject, plain text and HTML, from one template for each event and language.

Text and HTML come from the same sentences; only the parts around them (`messages/shape`) differ,
so neither can say what the other does not. A template is rendered once for each shape of the facts
(`outline.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, UndefinedError
from markupsafe import Markup, escape

from regiongate.domain.notice import Event, Notice
from regiongate.notify.facts import Facts, facts
from regiongate.notify.form import HtmlForm, PlainForm
from regiongate.notify.language import Choice, Language, choose
from regiongate.notify.outline import Outline, Shape, gaps, later, outline, take_apart
from regiongate.notify.wrap import one_line, underline, wrap

_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")


class MissingFact(Exception):
    """A template names a fact that the notice does not have; the message says which."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a notice says, in which language, and which one was asked for."""

    subject: str
    text: str
    html: str
    choice: Choice


def words(notice: Notice) -> Words:
    """The words of a notice, in the language of its contact or in English.

    Raises MissingFact where a template names a fact that the notice has not.
    """
    choice = choose(notice.organization.contact.language)
    language = choice.language
    plain = facts(notice, language, PlainForm())
    rtl = language.direction == "rtl"
    isolated = facts(notice, language, PlainForm(isolate=True)) if rtl else plain
    subject = one_line(_filled(notice, language, "subject", plain))
    text = _filled(notice, language, "text", isolated)
    known = {**facts(notice, language, HtmlForm()), "subject": subject}
    html = _filled(notice, language, "html", known)
    return Words(subject, text, html, choice)


def _filled(notice: Notice, language: Language, form: str, known: Facts) -> str:
    """A part of the message with its facts."""
    shape, texts = take_apart(known)
    try:
        around = _outline(notice.event, language.code, form, shape)
    except UndefinedError as error:
        raise MissingFact(f"{notice.id} ({notice.event}): {error}") from error
    if form == "html":
        return around.filled(_escaped(texts), _flat)
    return around.filled(texts, _wrap)


@lru_cache(maxsize=1000)
def _outline(event: Event, language: str, form: str, shape: Shape) -> Outline:
    """A part of the message wherever the facts have this shape."""
    template = _template(event, language, html=form == "html")
    known = gaps(shape)
    if form == "subject":
        # A block by itself, without the page around it and what that imports.
        return outline("".join(template.blocks[form](template.new_context(known))))
    shapes = {"page": f"shape/{form}/page.j2", "parts": f"shape/{form}/parts.j2"}
    # A fact is a line that is not empty, so empty lines are those of the template.
    tidy = _tidy if form == "text" else _without_empty_lines
    return outline(tidy(template.render(known, **shapes)))


@cache
def _template(event: Event, language: str, *, html: bool) -> Template:
    return _environment(html).get_template(f"{event}/{language}.j2")


@cache
def _environment(html: bool) -> Environment:
    """Two environments: escaping is settled when a template is compiled."""
    environment = Environment(
        loader=PackageLoader("regiongate.notify", "messages"),
        autoescape=html,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["wrap"] = _one_line_of_html if html else _wrapped
    environment.filters["underline"] = _underlined
    return environment


_wrap = lru_cache(maxsize=10_000)(wrap)
"""Letters of one day share most of their paragraphs."""


def _flat(text: str, _: int) -> str:
    return one_line(text)


def _escaped(texts: list[str]) -> list[str]:
    return [text if isinstance(text, Markup) else escape(text) for text in texts]


def _wrapped(text: str, hang: int = 0) -> str:
    return later(text, hang) or wrap(text, hang)


def _underlined(text: str) -> str:
    """Dashes below a heading, in which no fact stands: its width would not be known."""
    if later(text, 0) is not None:
        raise TypeError(f"a fact stands in the heading {text!r}")
    return underline(text)


def _one_line_of_html(text: str) -> Markup:
    """HTML that was escaped already, without the line breaks of its template."""
    if not isinstance(text, Markup):
        raise TypeError("what stands in HTML was not escaped")
    return Markup(later(text, 0) or one_line(text))  # noqa: S704 - it was Markup before


def _tidy(text: str) -> str:
    """One empty line wherever there were several, and one line break at the end."""
    return _EMPTY_LINES.sub("\n\n", text).strip("\n") + "\n"


def _without_empty_lines(html: str) -> str:
    return _EMPTY_LINES.sub("\n", html).strip("\n") + "\n"
