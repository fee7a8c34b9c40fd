"""Whether people can tell the colours apart, whatever their sight."""

from itertools import combinations, pairwise

import pytest

from regiongate.domain.verdict import PlaceClass, Verdict
from regiongate.picture.palette import (
    CLASSES,
    GROUND,
    OTHERS,
    RAMP,
    SHADES,
    STEPS,
    VERDICTS,
    fill,
    stylesheet,
)
from tests.picture.vision import SIGHTS, contrast, difference, lab

TOGETHER = {
    name: shade
    for name, shade in (VERDICTS | CLASSES | OTHERS).items()
    # These two are the colours of allow and block, and nothing is drawn beside itself.
    if name not in ("supported", "unsupported", "none")
}
GROUNDS = ("light", "dark")


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("sight", SIGHTS)
def test_categories_are_far_apart(sight: str, ground: str) -> None:
    """Any two categories differ by ΔE 17 or more, about seven times what is just noticeable."""
    for one, two in combinations(TOGETHER, 2):
        first, second = (getattr(TOGETHER[name], ground) for name in (one, two))
        assert difference(first, second, sight) >= 17, (one, two)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("sight", SIGHTS)
def test_refusals_stand_out(sight: str, ground: str) -> None:
    """Nobody takes a refusal for an allowed request (ΔE 40 or more) or for a warning (28)."""
    for one, two, least in [
        ("allow", "block", 40),
        ("allow", "suspended", 40),
        ("warn", "block", 28),
    ]:
        first, second = (getattr(VERDICTS[name], ground) for name in (one, two))
        assert difference(first, second, sight) >= least, (one, two)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("sight", SIGHTS)
def test_more_is_further_from_the_ground(sight: str, ground: str) -> None:
    """The ramp rises evenly in lightness, towards dark on a light ground and light on a dark."""
    lightness = [lab(getattr(STEPS[name], ground), sight)[0] for name in RAMP]
    rising = lightness[::-1] if ground == "light" else lightness
    assert all(b - a >= 8 for a, b in pairwise(rising)), lightness


@pytest.mark.parametrize("ground", GROUNDS)
def test_nothing_to_say_is_no_value(ground: str) -> None:
    """A region without a value looks like no step of the ramp and no verdict."""
    none = getattr(SHADES["none"], ground)
    for name in [*RAMP, *VERDICTS, "disputed", "unknown"]:
        assert difference(none, getattr(SHADES[name], ground)) >= 10, name


@pytest.mark.parametrize("ground", GROUNDS)
def test_text_has_contrast(ground: str) -> None:
    """Text has the contrast that WCAG 2.2 AA wants of small text, 4.5 to 1."""
    paper = getattr(GROUND["paper"], ground)
    for name in ("ink", "quiet"):
        assert contrast(getattr(GROUND[name], ground), paper) >= 4.5


def test_every_verdict_and_class_has_a_shade() -> None:
    """What the domain can answer can be coloured."""
    assert set(VERDICTS) == set(Verdict)
    assert set(CLASSES) == set(PlaceClass)


def test_the_stylesheet_colours_every_shade() -> None:
    """Each shade has a rule and a value for each ground, and a fill without CSS as well."""
    css = stylesheet()
    for name, shade in SHADES.items():
        assert f".rg-{name}{{fill:var(--rg-{name});" in css
        assert f"--rg-{name}:{shade.light};" in css
        assert f"--rg-{name}:{shade.dark};" in css
        assert f'fill="{shade.light}"' in fill(name)
    assert "<" not in css
    assert "&" not in css
