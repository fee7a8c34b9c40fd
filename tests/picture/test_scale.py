"""What a colour means."""

import math

import pytest

from regiongate.picture.scale import Bands, Categories, Entry


def test_categories() -> None:
    """A word has the shade of its name, and the legend keeps the caller's order and labels."""
    scale = Categories.of({"block": "blocked", "allow": "allowed"})
    assert scale.shade("allow") == "allow"
    assert scale.legend() == (Entry("block", "blocked"), Entry("allow", "allowed"))


def test_a_word_without_a_shade_is_refused() -> None:
    """Neither an unknown shade nor a value outside the categories gets a colour by default."""
    with pytest.raises(ValueError, match="perhaps"):
        Categories.of({"perhaps": "perhaps"})
    with pytest.raises(ValueError, match="warn"):
        Categories.of({"allow": "allowed"}).shade("warn")
    with pytest.raises(ValueError, match="allow"):
        Categories((Entry("allow", "a"), Entry("allow", "b")))


def test_bands() -> None:
    """A number is in the band of the last bound that it reaches."""
    scale = Bands((1, 10, 100))
    shades = [scale.shade(value) for value in (1, 9.9, 10, 99, 100, 10**9)]
    assert shades == ["step-2", "step-2", "step-3", "step-3", "step-4", "step-4"]


def test_the_legend_of_bands_says_their_bounds() -> None:
    """The legend gives each band from its bound to the next one, with the unit once."""
    labels = [entry.label for entry in Bands((1, 1000, 1_000_000), "requests").legend()]
    assert labels == ["1 up to 1,000 requests", "1,000 up to 1,000,000", "1,000,000 and more"]


@pytest.mark.parametrize("value", [0, -5, math.nan])
def test_a_number_below_the_first_band_is_refused(value: float) -> None:
    """What no band holds is an error, not the lightest shade."""
    with pytest.raises(ValueError, match="below the first bound"):
        Bands((1, 10)).shade(value)


@pytest.mark.parametrize("bounds", [(), (2, 1), (1, 1), tuple(range(7))])
def test_bounds_that_are_no_bands_are_refused(bounds: tuple[float, ...]) -> None:
    """There are one to six bounds, and they rise."""
    with pytest.raises(ValueError, match="rising bounds"):
        Bands(bounds)
