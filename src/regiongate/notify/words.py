"""A notice in words: subject, plain text and HTML, from one template for each event and language.

Text and HTML come from the same sentences; only the parts around them (`messages/shape`) differ,
so neither can say what the other does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from regiongate.domain.notice import Notice
from regiongate.notify.facts import facts
from regiongate.notify.fold import fold, one_line, underline
from regiongate.notify.form import Form, HtmlForm, PlainForm
from regiongate.notify.language import Choice, choose

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
    rtl = choice.language.direction == "rtl"
    subject = one_line(_rendered(notice, choice, PlainForm(), "shape/subject.j2"))
    text = _rendered(notice, choice, PlainForm(isolate=rtl), "shape/text/page.j2")
    html = _rendered(notice, choice, HtmlForm(), "shape/html/page.j2", subject=subject)
    return Words(subject, _tidy(text), _without_empty_lines(html), choice)


def _rendered(notice: Notice, choice: Choice, form: Form, page: str, **more: str) -> str:
    html = isinstance(form, HtmlForm)
    parts = f"shape/{'html' if html else 'text'}/parts.j2"
    template = _environment(html).get_template(f"{notice.event}/{choice.language.code}.j2")
    known = facts(notice, choice.language, form)
    try:
        return template.render(known, page=page, parts=parts, **more)
    except UndefinedError as error:
        raise MissingFact(f"{notice.id} ({notice.event}): {error}") from error


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
    environment.filters["fold"] = _one_line_of_html if html else fold
    environment.filters["underline"] = underline
    return environment


def _one_line_of_html(text: str) -> Markup:
    """HTML that was escaped already, without the line breaks of its template."""
    if not isinstance(text, Markup):
        raise TypeError("what stands in HTML was not escaped")
    return Markup(one_line(text))  # noqa: S704 - it was Markup before


def _tidy(text: str) -> str:
    """One empty line wherever there were several, and one line break at the end."""
    return _EMPTY_LINES.sub("\n\n", text).strip("\n") + "\n"


def _without_empty_lines(html: str) -> str:
    return _EMPTY_LINES.sub("\n", html).strip("\n") + "\n"
