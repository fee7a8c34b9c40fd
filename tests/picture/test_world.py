"""The map of the world."""

import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.picture import Bands, Caption, Categories, world_map
from tests.picture.reading import SVG, parse, regions, texts

ISO = sorted(country.alpha_2 for country in pycountry.countries)
VERDICTS = Categories.of({"allow": "allowed", "block": "blocked"})
CAPTION = Caption("Where the API may be used", "The verdict for each region.")


def test_every_region_is_drawn_in_its_colour() -> None:
    """Each of the 249 regions is there once, in the shade of its value."""
    values = {region: "block" if at % 3 else "allow" for at, region in enumerate(ISO)}
    drawn = regions(parse(world_map(values, VERDICTS, CAPTION)))
    assert {region: drawn[region] for region in ISO} == values


def test_a_region_without_a_value_is_told_as_such() -> None:
    """A region of which nothing is known has a shade and a line of the legend of its own."""
    root = parse(world_map({"FR": "allow"}, VERDICTS, CAPTION, missing="not asked"))
    drawn = regions(root)
    assert drawn["FR"] == "allow"
    assert {shade for region, shade in drawn.items() if region != "FR"} == {"none"}
    assert "not asked" in texts(root)


@pytest.mark.parametrize("crimea", ["allow", "block", None])
def test_crimea_has_its_own_colour(crimea: str | None) -> None:
    """`UA-43` is coloured by what the caller says of it, whatever holds for UA and RU."""
    values = {"UA": "allow", "RU": "block"} | ({"UA-43": crimea} if crimea else {})
    assert regions(parse(world_map(values, VERDICTS, CAPTION)))["UA-43"] == (crimea or "none")


def test_parts_without_an_outline_are_drawn_when_spoken_of() -> None:
    """Donetsk is a dot when it has a value, and absent otherwise."""
    assert "UA-14" not in regions(parse(world_map({"UA": "allow"}, VERDICTS, CAPTION)))
    drawn = regions(parse(world_map({"UA": "allow", "UA-14": "block"}, VERDICTS, CAPTION)))
    assert drawn["UA-14"] == "block"


def test_no_dot_hides_another() -> None:
    """Hong Kong and Macau, and all islands of the Caribbean, can be told apart."""
    values = {"UA-40": "block", "UA-14": "block", "UA-09": "block"}
    root = parse(world_map(values, VERDICTS, CAPTION))
    dots = [
        (int(dot.attrib["cx"]), int(dot.attrib["cy"]), int(dot.attrib["r"]))
        for dot in root.iter(f"{SVG}circle")
    ]
    for at, (x, y, r) in enumerate(dots):
        assert all((x - a) ** 2 + (y - b) ** 2 >= (r + c) ** 2 for a, b, c in dots[:at])


def test_numbers() -> None:
    """Counts are coloured by bands, and the legend says which."""
    root = parse(world_map({"FR": 5, "DE": 50}, Bands((1, 10), "requests"), CAPTION))
    drawn = regions(root)
    assert (drawn["FR"], drawn["DE"]) == ("step-3", "step-4")
    assert "1 up to 10 requests" in texts(root)


def test_a_strange_region_is_refused() -> None:
    """A code that cannot be drawn is an error that names it, not a hole in the map."""
    with pytest.raises(ValueError, match="EU, XX"):
        world_map({"XX": "block", "FR": "allow", "EU": "allow"}, VERDICTS, CAPTION)


def test_a_screen_reader_finds_words() -> None:
    """The picture is an image with a title and a description, and each region has a tooltip."""
    root = parse(world_map({}, VERDICTS, CAPTION, tooltips={"FR": "France: allowed"}))
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == CAPTION.title
    assert root.findtext(f"{SVG}desc") == CAPTION.description
    tips = {
        shape.attrib["data-region"]: shape.findtext(f"{SVG}title")
        for shape in root.iter()
        if "data-region" in shape.attrib
    }
    assert tips["FR"] == "France: allowed"
    assert tips["DE"] == "DE"


@given(st.text(), st.text())
@settings(max_examples=25, deadline=None)
def test_hostile_texts(one: str, two: str) -> None:
    """Whatever stands in titles, labels and tooltips, the picture is valid and holds only text."""
    hostile = f'</title><script>alert("{one}")</script>{two}]]>&\x00'
    scale = Categories.of({"allow": hostile})
    svg = world_map({"FR": "allow"}, scale, Caption(hostile, two), tooltips={"FR": hostile})
    parse(svg)
    assert "<script" not in svg
    assert "\x00" not in svg


def test_same_input_same_bytes() -> None:
    """The order in which values are given does not matter."""
    values = dict.fromkeys(ISO, "allow")
    backwards = dict(reversed(values.items()))
    assert world_map(values, VERDICTS, CAPTION) == world_map(backwards, VERDICTS, CAPTION)


def test_without_a_stylesheet() -> None:
    """A page with a strict policy gets the picture without styles of its own."""
    assert "<style" not in world_map({}, VERDICTS, CAPTION, style=False)
    assert "<style" in world_map({}, VERDICTS, CAPTION)
