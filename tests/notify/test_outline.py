"""Outlines: a template is rendered once for facts of one shape, and no fact changes its words."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from regiongate.notify.outline import CHOICES, gaps, later, outline, take_apart
from regiongate.notify.wrap import wrap

FACTS = {
    "name": "Acme",
    "outcome": "denied",
    "may": True,
    "clouds": [{"words": "AWS", "edge": False}, {"words": "CDN", "edge": True}],
    "keys": {"text": "sk-1", "more": "3"},
}


def _outlined(source: str, facts: dict[str, object]) -> str:
    environment = Environment()  # noqa: S701 - plain text
    environment.filters["wrap"] = lambda text: later(text, 2) or wrap(text, 2)
    shape, texts = take_apart(facts)
    return outline(environment.from_string(source).render(gaps(shape))).filled(texts, wrap)


def test_what_is_filled_in() -> None:
    """Facts stand where the template names them, and choices and truths choose its words."""
    source = (
        "{{ name }}: {% if outcome == 'denied' and may %}{{ keys.text }}+{{ keys.more }}{% endif %}"
        "{% for one in clouds %} {{ one.words }}{% if one.edge %}!{% endif %}{% endfor %}"
    )
    assert _outlined(source, FACTS) == "Acme: sk-1+3 AWS CDN!"


def test_paragraphs_are_wrapped_with_their_facts() -> None:
    """Where a line ends depends on what the facts say."""
    source = "{% filter wrap %}{{ name }} {{ 'word ' * 12 }}{% endfilter %}"
    for name in ("a", "b" * 40):
        assert _outlined(source, {"name": name}) == wrap(f"{name} {'word ' * 12}", 2)


def test_a_fact_is_never_read_as_a_mark() -> None:
    """What somebody calls themselves stands as it is, whatever characters it has."""
    name = "\ue0001\ue001 \ue0020\ue003x\ue004"
    assert _outlined("<{{ name }}>{{ other }}", {"name": name, "other": "o"}) == f"<{name}>o"


@pytest.mark.parametrize("source", ["{% if name == 'Acme' %}{% endif %}", "{{ 1 if name }}"])
def test_no_template_asks_what_a_fact_says(source: str) -> None:
    """The answer would stand in the letters of others."""
    assert "name" not in CHOICES
    with pytest.raises(TypeError, match="a template"):
        _outlined(source, FACTS)


def test_facts_of_one_shape() -> None:
    """Other texts make the same shape; another choice, or a fact more, makes another."""
    shape, _ = take_apart(FACTS)
    assert take_apart(FACTS | {"name": "Beta"})[0] == shape
    assert take_apart(FACTS | {"outcome": "exemption"})[0] != shape
    assert take_apart(FACTS | {"more": "1"})[0] != shape
