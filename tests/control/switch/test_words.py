"""A plan as Markdown, HTML and JSON: all of it said, and nothing of others becomes markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from regiongate.control.switch.blocks import Block, Bullets, Grid, Heading, Paragraph
from regiongate.control.switch.change import changes
from regiongate.control.switch.html import page
from regiongate.control.switch.markdown import markdown
from regiongate.control.switch.plan import Alternative, Asked, Cost, Counterpart, Plan, Served
from regiongate.control.switch.record import record
from regiongate.control.switch.used import Examples, Used
from regiongate.control.switch.words import blocks, title
from regiongate.domain.offer import Condition, Feature, Kind, TokenKind
from regiongate.domain.switch_cost import Monthly, cost
from tests.support.offers import ONE, offer

AT = datetime(2026, 6, 20, 12, tzinfo=UTC)
EVIL = "<script>alert(1)</script> [x](javascript:1) | `a` *b* &amp; # 1. - !"
MONTHLY = Monthly(Fraction(2_000_000))
assert ONE.prices is not None
PLAN = Plan(
    organization="acme",
    name="Acme Ltd",
    api="Example API",
    at=AT,
    policy="example-api",
    version="7",
    case=4,
    used=Used(
        since=date(2026, 5, 21),
        until=date(2026, 6, 20),
        days=10,
        requests=6_000,
        counted=3_000,
        tokens=700_000,
        regions=(("CN", 5_000), ("RU", 1_000)),
        monthly=MONTHLY,
    ),
    examples=Examples(("old-large", "old-vision"), ("/v1/chat", "/v1/files", "/odd")),
    alternatives=(
        Alternative(
            offer=ONE,
            serves=("CN",),
            leaves_out=("RU",),
            counterparts=(Counterpart("old-large", "large"), Counterpart("old-vision", None)),
            features=(Served(Feature.CHAT, True), Served(Feature.FILES, None)),
            conditions=(Asked(Condition.AFFECTED, True), Asked(Condition.NEWLY_SWITCHING, None)),
            costs=(
                Cost("large", 1, cost(MONTHLY, ONE.prices.of("large")), None, ()),
                Cost("small", 1, None, None, (TokenKind.EMBEDDING,)),
            ),
            changes=changes(ONE.endpoints[0], "large"),
        ),
    ),
    history=(offer(kind=Kind.HISTORY, provider="Past Cloud", dated="2024-06"),),
    offers="offers.yaml",
    export_until=datetime(2026, 7, 9, tzinfo=UTC),
)


class _Seen(HTMLParser):
    """The elements and the texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.links: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and what it would load."""
        self.elements.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


def _seen(html: str) -> _Seen:
    found = _Seen()
    found.feed(html)
    return found


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_it_says_what_is_known_and_what_is_not(form: str) -> None:
    """Both forms say the same, in the same words."""
    said = markdown(blocks(PLAN)) if form == "markdown" else page(title(PLAN), blocks(PLAN))
    text = "".join(
        _seen(said if form == "html" else MarkdownIt().enable("table").render(said)).texts
    )
    for words in (
        "Where Acme Ltd can go",
        "Data can be exported until 2026-07-09 00:00 UTC.",
        "700\u202f000, counted in 3\u202f000 of the requests",
        "It serves CN. RU it does not serve, as far as is said.",
        "nothing is named",
        "not known to us",
        "4.00 to 16.00 EUR",
        "unknown",
        "Unknown, because the source names no price for these tokens:",
        "small: embedding",
        "Only counted tokens are in it, and not those of the other requests.",
        'base_url="https://api.cloud.example/v1"',
        "History: none of this is current",
        "Past Cloud",
    ):
        assert words in text, words


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_nothing_of_others_becomes_markup(form: str) -> None:
    """A name, a source or a model of a log that looks like markup is shown as it is written."""
    [one] = PLAN.alternatives
    told = replace(
        PLAN,
        name=EVIL,
        examples=Examples((EVIL,), (EVIL,)),
        alternatives=(
            replace(
                one,
                offer=replace(ONE, provider=EVIL, source=EVIL),
                counterparts=(Counterpart(EVIL, None),),
            ),
        ),
    )
    said = markdown(blocks(told)) if form == "markdown" else page(title(told), blocks(told))
    html = said if form == "html" else MarkdownIt("commonmark").enable("table").render(said)
    found = _seen(html)
    assert "".join(found.texts).count(EVIL) >= 5
    assert found.links == []
    assert found.elements.isdisjoint({"script", "a", "em", "img"})


_TEXTS = st.text(st.sampled_from("\\`*_{}[]()<>#|~&!-+=.:1a \u202fé'\""), min_size=1, max_size=30)


@given(_TEXTS)
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    """In a heading, a paragraph, a list and a table alike, no character is taken for markup."""
    told: list[Block] = [
        Heading(2, text),
        Paragraph(text),
        Bullets((text,)),
        Grid((text, "b"), ((text, "d"),)),
    ]
    html = MarkdownIt("commonmark").enable("table").render(markdown(told))
    shown = [said for line in _seen(html).texts if (said := line.strip())]
    wanted = [text.strip()] * 4
    assert shown == [said for said in (*wanted, "b", text.strip(), "d") if said]


def test_the_page_loads_nothing() -> None:
    """It is one file: no script, no image, no style from elsewhere."""
    found = _seen(page(title(PLAN), blocks(PLAN)))
    assert found.links == []
    assert found.elements.isdisjoint({"script", "link", "img", "iframe", "form"})


def test_what_is_unknown_is_null_in_json() -> None:
    """Money is text, so that no reader rounds it; nothing that is unknown is a number."""
    said = json.loads(json.dumps(record(PLAN)))
    [one] = said["alternatives"]
    assert one["costs"] == [
        {
            "model": "large",
            "months": 1,
            "currency": "EUR",
            "before": {"least": "4.00", "most": "16.00"},
            "after": None,
            "unpriced": [],
        },
        {
            "model": "small",
            "months": 1,
            "currency": "EUR",
            "before": None,
            "after": None,
            "unpriced": ["embedding"],
        },
    ]
    assert one["models"] == {"old-large": "large", "old-vision": None}
    assert said["export_until"] == "2026-07-09T00:00:00Z"
    assert said["used"]["tokens_a_month_by_kind"] is None
    assert said["history"][0]["kind"] == "history"


def test_the_end_of_the_export_is_said_as_it_is() -> None:
    """A window that is over is told as over, one that nobody has said as that."""
    over = replace(PLAN, export_until=AT)
    assert "ended at 2026-06-20 12:00 UTC" in markdown(blocks(over))
    assert "is not said in the policy" in markdown(blocks(replace(PLAN, export_until=None)))
