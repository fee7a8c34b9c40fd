"""A notice in words: subject, plain text and HTML, from one template for each event and language.

Text and HTML come from the same sentences; only the parts around them (`messages/shape`) differ,
so neither can say what the other does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, UndefinedError
from markupsafe import Markup

from regiongate.domain.notice import Event, Notice
from regiongate.notify.facts import Facts, facts
from regiongate.notify.fold import fold, one_line, underline
from regiongate.notify.form import HtmlForm, PlainForm
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
    plain = facts(notice, choice.language, PlainForm())
    subject = one_line(_block(notice, choice, "subject", plain))
    isolated = facts(notice, choice.language, PlainForm(isolate=True)) if rtl else plain
    text = _rendered(notice, choice, isolated, "text")
    html = _rendered(notice, choice, facts(notice, choice.language, HtmlForm()), "html", subject)
    return Words(subject, _tidy(text), _without_empty_lines(html), choice)


def _rendered(
    notice: Notice, choice: Choice, known: Facts, form: str, subject: str | None = None
) -> str:
    shape = {"page": f"shape/{form}/page.j2", "parts": f"shape/{form}/parts.j2"}
    more = shape if subject is None else shape | {"subject": subject}
    template = _template(notice.event, choice.language.code, html=form == "html")
    try:
        return template.render(known, **more)
    except UndefinedError as error:
        raise _missing(notice, error) from error


def _block(notice: Notice, choice: Choice, name: str, known: Facts) -> str:
    """One block of a template in plain text, without the page around it and what that imports."""
    template = _template(notice.event, choice.language.code, html=False)
    try:
        return "".join(template.blocks[name](template.new_context(dict(known))))
    except UndefinedError as error:
        raise _missing(notice, error) from error


def _missing(notice: Notice, error: UndefinedError) -> MissingFact:
    return MissingFact(f"{notice.id} ({notice.event}): {error}")


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
