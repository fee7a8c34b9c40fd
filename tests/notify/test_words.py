"""What messages say: every event in every language, with every fact, in text and in HTML."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import datetime
from html.parser import HTMLParser

import pytest

from regiongate.domain.appeal import AppealOutcome
from regiongate.domain.evidence import EvidenceKind
from regiongate.domain.exemption import Scope
from regiongate.domain.measure import Measure
from regiongate.domain.notice import EndingExemption, Event, Listed, Notice, ReleaseCause
from regiongate.notify import facts as facts_module
from regiongate.notify.form import PlainForm
from regiongate.notify.language import LANGUAGES
from regiongate.notify.words import MissingFact, Words, words
from regiongate.notify.wrap import WIDTH, columns, wrap
from tests.support.notices import LINKS, notice

_ISOLATES = re.compile("[\u2066-\u2069]")
_VOID = {"meta", "hr", "br"}

_NEVER = {
    # A way around the measure, or a word about people, has no place in any message.
    "en": "vpn|proxy|nationalit|citizen|violat|illegal|evad",
    "zh": "vpn|翻墙|代理|国籍|公民|违反|违规|违法|非法|逃避",
    "ru": "vpn|впн|прокси|гражданств|национальн|нарушен|незаконн",
    "fa": "vpn|وی‌پی‌ان|فیلترشکن|پروکسی|ملیت|تابعیت|تخلف|غیرقانونی",
    "es": "vpn|proxy|nacionalidad|ciudadan|infracci|ilegal|incumpl",
}

EVERY = [(event, language) for event in Event for language in LANGUAGES]


class _Reader(HTMLParser):
    """Reads HTML strictly: what is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.setdefault(tag, dict(attrs))
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def _bare(text: str) -> str:
    """A text without isolates and without the spaces at which lines are wrapped."""
    return re.sub(r"\s", "", _ISOLATES.sub("", text))


def _facts(of: Notice, language: str) -> list[str]:
    """Every fact that a message must name: what the templates are given, without flags."""
    told: list[str] = []
    flags = {"lang", "direction", "colon", "kinds", "outcome", "may_reopen", "release_cause"}
    flags |= {"exemption_scope", "block_day", "exemption_day", "suspend", "block", "appeal_due"}
    if of.event is not Event.REMINDER:
        flags |= {"days_left"}
    if of.event in (Event.RELEASED,):
        flags |= {"appeal_link", "alternatives"}
    for name, value in facts_module.facts(of, LANGUAGES[language], PlainForm()).items():
        if name in flags:
            continue
        if isinstance(value, dict):
            told += [str(v) for k, v in value.items()]
        elif isinstance(value, list):
            told += [entry["words"] for entry in value]
        else:
            told.append(str(value))
    return told


@pytest.mark.parametrize(("event", "language"), EVERY)
def test_every_fact_is_told_in_text_and_html(event: Event, language: str) -> None:
    """Text and HTML each name every fact that the notice has."""
    of = notice(event, language)
    said = words(of)
    text, html = _bare(said.text), _bare("".join(_read(said.html).text))
    for fact in _facts(of, language):
        assert _bare(fact) in text, fact
        assert _bare(fact) in html, fact


@pytest.mark.parametrize(("event", "language"), EVERY)
def test_dates_that_an_event_is_about(event: Event, language: str) -> None:
    """An event that needs the date of the block, or of the suspension, says it in both."""
    of = notice(event, language)
    known = facts_module.facts(of, LANGUAGES[language], PlainForm())
    wanted = {
        Event.ANNOUNCEMENT: ("block", "suspend"),
        Event.REMINDER: ("block", "suspend"),
        Event.ON_THE_DAY: ("block", "suspend"),
        Event.APPEAL_RECEIVED: ("appeal_due",),
        Event.EXEMPTION_ENDING: ("block",),
    }.get(event, ())
    said = words(of)
    for name in wanted:
        assert _bare(str(known[name])) in _bare(said.text)
        assert _bare(str(known[name])) in _bare("".join(_read(said.html).text))


@pytest.mark.parametrize(("event", "language"), EVERY)
def test_text_is_wrapped_and_html_is_sound(event: Event, language: str) -> None:
    """Lines stay within their width, links excepted; HTML says its language and direction."""
    said = words(notice(event, language))
    for line in said.text.splitlines():
        assert columns(line) <= WIDTH or line.strip().startswith("http"), line
        assert "\t" not in line
    reader = _read(said.html)
    direction = "rtl" if language == "fa" else "ltr"
    assert reader.attributes["html"] == {"lang": language, "dir": direction}
    assert LINKS.self_check in reader.links
    assert all(link.startswith(("https://", "mailto:")) for link in reader.links)
    assert "{" not in said.text + said.html
    assert said.subject == said.subject.strip() != ""


@pytest.mark.parametrize(("event", "language"), EVERY)
def test_no_message_suggests_or_accuses(event: Event, language: str) -> None:
    """No message names a way around the measure, a nationality, or a fault."""
    said = words(notice(event, language))
    assert re.findall(_NEVER[language], (said.subject + said.text + said.html).lower()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_of_a_message_has_words(language: str) -> None:
    """Each kind of evidence, cause of a release, outcome and scope is told, each differently."""
    proposed, released = (
        notice(Event.SUSPENSION_PROPOSED, language),
        notice(Event.RELEASED, language),
    )
    decided, ending = (
        notice(Event.APPEAL_DECIDED, language),
        notice(Event.EXEMPTION_ENDING, language),
    )
    assert proposed.suspension and released.release and decided.decision and ending.exemption
    whole = replace(proposed.suspension, evidence=tuple(EvidenceKind))
    listed = words(replace(proposed, suspension=whole)).html.count("<li>")
    two = replace(proposed.suspension, evidence=tuple(EvidenceKind)[:2])
    assert listed - words(replace(proposed, suspension=two)).html.count("<li>") == 6
    causes = [replace(released.release, cause=cause) for cause in ReleaseCause]
    texts = {words(replace(released, release=one)).text for one in causes}
    assert len(texts) == len(ReleaseCause)
    for may_reopen in (True, False):
        outcomes = [
            replace(decided.decision, outcome=one, may_reopen=may_reopen, until=None)
            for one in AppealOutcome
        ]
        assert len({words(replace(decided, decision=one)).text for one in outcomes}) == 3
    ends = ending.exemption.ends
    scopes = [EndingExemption(s, None if s is Scope.ORGANIZATION else "x", ends) for s in Scope]
    assert len({words(replace(ending, exemption=one)).text for one in scopes}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_said(language: str) -> None:
    """Keys that no log named and regions that no source named are told as such, not left out."""
    of = notice(Event.ANNOUNCEMENT, language)
    assert of.seen is not None
    bare = replace(of, seen=replace(of.seen, keys=Listed(()), regions=Listed(()), clouds=()))
    assert words(bare).text.count("\n- ") == words(of).text.count("\n- ") - 4
    without_suspension = replace(of, measure=Measure("UTC", of.measure.starts[:2]))
    assert words(without_suspension).text.count("\n- ") == words(of).text.count("\n- ") - 1


def test_persian_digits_and_plurals() -> None:
    """Numbers and dates are those of the language; Russian counts days as Russian does."""
    assert "۱٬۲۳۴" in words(notice(Event.ANNOUNCEMENT, "fa")).text  # noqa: RUF001
    assert "(۷ روز دیگر)" in words(notice(Event.REMINDER, "fa")).text  # noqa: RUF001
    assert "через 7 дней" in words(notice(Event.REMINDER, "ru")).text
    assert "7天后" in words(notice(Event.REMINDER, "zh")).text
    assert "dentro de 7 días" in words(notice(Event.REMINDER, "es")).text


@pytest.mark.parametrize(
    ("asked", "language", "fallback"),
    [("zh-CN", "zh", False), ("ES_mx", "es", False), ("pt-BR", "en", True), ("", "en", True)],
)
def test_the_language_of_a_contact(asked: str, language: str, fallback: bool) -> None:
    """A language without messages gets English, and the result says so."""
    choice = words(notice(Event.ANNOUNCEMENT, asked)).choice
    assert (choice.language.code, choice.is_fallback, choice.asked) == (language, fallback, asked)


def test_a_name_cannot_become_markup() -> None:
    """What stands in HTML is escaped, in links too."""
    of = notice(Event.ANNOUNCEMENT)
    hostile = replace(of.organization, name='<script>alert("x")</script> & Söhne')
    link = replace(of.links, appeal='https://example.com/"onclick="x')
    html = words(replace(of, organization=hostile, links=link)).html
    assert "<script" not in html
    assert '"onclick' not in html
    assert hostile.name in "".join(_read(html).text)


def test_a_missing_fact_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that names what the notice has not fails, and says what."""
    real = facts_module.facts

    def without_block(*given: object) -> dict[str, object]:
        known = dict(real(*given))  # type: ignore[arg-type]
        del known["block"]
        return known

    monkeypatch.setattr("regiongate.notify.words.facts", without_block)
    with pytest.raises(MissingFact, match="block"):
        words(notice(Event.ANNOUNCEMENT))


def test_same_facts_same_words() -> None:
    """Nothing but the facts decides the words."""
    first, second = (words(notice(Event.ANNOUNCEMENT, "fa")) for _ in range(2))
    assert [getattr(first, f.name) for f in fields(Words)] == [
        getattr(second, f.name) for f in fields(Words)
    ]


def test_wrapping_keeps_chinese_marks_together() -> None:
    """No line begins with a closing mark, and none is wider than it may be."""
    text = "一二三四五六七八九十。" * 20
    wrapped = wrap(text)
    assert all(columns(line) <= WIDTH and line[0] != "。" for line in wrapped.splitlines())
    assert wrapped.replace("\n", "") == text


def test_a_reminder_before_its_date_only() -> None:
    """What would be untrue when it is read cannot be made."""
    with pytest.raises(ValueError, match="before the date"):
        replace(notice(Event.REMINDER), at=datetime.fromisoformat("2024-07-10T00:00:00Z"))
