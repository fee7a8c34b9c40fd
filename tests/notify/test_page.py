"""docs/notices.md shows each event as it is sent."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from regiongate.domain.notice import Event
from regiongate.notify.bounces.report import Recognized, Why
from regiongate.notify.delivery.outcome import Fate
from regiongate.notify.words import words
from tests.support.notices import notice

PAGE = Path(__file__).parents[2] / "docs" / "notices.md"


@pytest.mark.parametrize("event", Event)
def test_the_sample_of_an_event_is_what_is_sent(event: Event) -> None:
    """Each sample is the English text; `REGIONGATE_REWRITE=1` writes them anew."""
    said = words(notice(event))
    sample = f"### {event}\n\n```text\nSubject: {said.subject}\n\n{said.text}```\n"
    page = PAGE.read_text("utf-8")
    if os.environ.get("REGIONGATE_REWRITE"):
        known = re.compile(rf"### {event}\n\n```text\n.*?```\n", re.DOTALL)
        page = known.sub(lambda _: sample, page)
        PAGE.write_text(page, "utf-8")
    assert sample in page


@pytest.mark.parametrize("word", [*Event, *Fate, *Recognized, *Why])
def test_every_word_is_on_the_page(word: str) -> None:
    """Every event, fate and reason is named."""
    assert f"`{word}`" in PAGE.read_text("utf-8")
