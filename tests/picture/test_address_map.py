"""The map of IPv4, and the PNG in it."""

from base64 import b64decode
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.picture import Caption, Categories, address_map
from regiongate.picture.address_map import PREFIXES
from regiongate.picture.palette import SHADES
from regiongate.picture.png import indexed
from tests.picture.reading import SVG, parse, pixels, texts

CATEGORIES = Categories.of({"unrouted": "nobody", "allow": "allowed", "block": "blocked"})
STARTS = np.array([0, 1 << 24, (1 << 24) + 100, 127 << 24, 128 << 24], dtype=np.uint32)
VALUES = np.array([0, 1, 2, 0, 1], dtype=np.uint8)
CAPTION = Caption("IPv4", "One pixel is a /16.")


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 256), st.randoms())
def test_png(rows: int, columns: int, colours: int, random: Random) -> None:
    """An image is read back pixel for pixel and colour for colour, however many bits it takes."""
    values = [random.randrange(colours) for _ in range(rows * columns)]
    image = np.array(values, dtype=np.uint8).reshape(rows, columns)
    palette = [f"#{random.randrange(1 << 24):06x}" for _ in range(colours)]
    found, named = pixels(indexed(image, palette))
    assert (found == image).all()
    assert named == palette


def test_a_pixel_without_a_colour_is_refused() -> None:
    """A number that no colour has is an error."""
    with pytest.raises(ValueError, match="colours"):
        indexed(np.array([[2]], dtype=np.uint8), ["#000000", "#ffffff"])


@pytest.mark.parametrize("prefix", [16, 18, 20])
def test_pixels_are_blocks(prefix: int) -> None:
    """The picture is as large as its blocks are many, in the colours of the ground asked for."""
    drawn = address_map(STARTS, VALUES, CATEGORIES, prefix)
    side = 1 << prefix // 2
    for ground in ("light", "dark"):
        image, colours = pixels(drawn.png(ground))
        assert image.shape == (side, side)
        assert colours[2] == getattr(SHADES["block"], ground)
    assert (image[: side // 16, : side // 16] == 0).all(), "0.0.0.0/8 is at the top left"
    assert image[0, -1] == 1, "255.255.255.255 is at the top right"


def test_the_grid_is_numbered() -> None:
    """Every /8 has its number at its corner, and the legend names what is drawn."""
    root = parse(address_map(STARTS, VALUES, CATEGORIES, 16).svg(CAPTION))
    written = texts(root)
    assert {str(eight) for eight in range(256)} <= set(written)
    assert {"nobody", "allowed", "blocked"} <= set(written)


def test_mixed_is_in_the_legend_when_it_is_drawn() -> None:
    """The legend speaks of mixed blocks only where there are some."""
    halves = np.array([0, 1 << 15], dtype=np.uint32)
    mixed = address_map(halves, np.array([0, 1], dtype=np.uint8), CATEGORIES, 16, "several")
    pure = address_map(halves[:1], np.array([0], dtype=np.uint8), CATEGORIES, 16, "several")
    assert "several" in texts(parse(mixed.svg(CAPTION)))
    assert "several" not in texts(parse(pure.svg(CAPTION)))


def test_the_image_is_inside_for_both_grounds() -> None:
    """The SVG carries the PNG for a light and for a dark ground, and fetches nothing."""
    drawn = address_map(STARTS, VALUES, CATEGORIES, 16)
    images = list(parse(drawn.svg(CAPTION)).iter(f"{SVG}image"))
    inside = [b64decode(image.attrib["href"].partition(",")[2]) for image in images]
    assert inside == [drawn.png("light"), drawn.png("dark")]
    assert [image.attrib["class"] for image in images] == ["rg-on-light", "rg-on-dark"]


def test_same_input_same_bytes() -> None:
    """Two drawings of one input are equal to the last byte."""
    one, two = (address_map(STARTS, VALUES, CATEGORIES, 18).svg(CAPTION) for _ in range(2))
    assert one == two


def test_what_cannot_be_drawn_is_refused() -> None:
    """A block size that is no square and a class that has no category are errors."""
    with pytest.raises(ValueError, match=str(PREFIXES[0])):
        address_map(STARTS, VALUES, CATEGORIES, 17)
    with pytest.raises(ValueError, match="class 3"):
        address_map(STARTS, VALUES + np.uint8(1), CATEGORIES, 16)
