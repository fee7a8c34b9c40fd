"""A map of IPv4: every block of addresses one pixel along the Hilbert curve, coloured by class."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

import numpy as np

from regiongate.picture.figure import figure
from regiongate.picture.hilbert import SPACE, Addresses, Bytes, blocks, grid, positions
from regiongate.picture.palette import SHADES, line
from regiongate.picture.png import indexed
from regiongate.picture.scale import Categories, Entry
from regiongate.picture.svg import MARGIN, Block, Caption, Drawing, number, picture, write

PREFIXES = (16, 18, 20, 22, 24)
"""Sizes of the block that is one pixel: 256 pixels a side for /16, 4096 for /24."""

_SIDE = 1024
_EIGHTHS = 16  # /8 blocks in a row


@dataclass(frozen=True, slots=True)
class AddressMap:
    """The blocks of one prefix length as an image, and what its numbers mean.

    `image` holds at each pixel the number of an entry of `categories`, whose last one is for blocks
    of which no class has more than half.
    """

    image: Bytes
    categories: Categories
    prefix: int

    def png(self, ground: str = "light") -> bytes:
        """The pixels alone as PNG, in the colours for a `light` or a `dark` ground."""
        shades = (SHADES[entry.shade] for entry in self.categories.entries)
        return indexed(self.image, [getattr(shade, ground) for shade in shades])

    def svg(self, caption: Caption, *, style: bool = True) -> str:
        """The map as SVG with the grid of the /8 blocks, their numbers, and the legend.

        The image is inside, once for each ground. Without `style` it is the HTML figure of a page
        that carries `stylesheet()`; a phone shows it without the numbers.
        """
        entries = [
            entry
            for at, entry in enumerate(self.categories.entries)
            if entry.shade != "mixed" or (self.image == at).any()
        ]
        drawing = Drawing(_SIDE + 2 * MARGIN, _square(self))
        return picture(caption, drawing, entries) if style else figure(caption, drawing, entries)


def address_map(
    starts: Addresses, values: Bytes, categories: Categories, prefix: int, mixed: str = "mixed"
) -> AddressMap:
    """The map of ranges: `values[i]` is the number of a category, from `starts[i]` to the next.

    `starts` are uint32 and rise from 0, `values` are uint8, both of shape (n,). A block is
    coloured by the class of more than half of its addresses; where there is none it is mixed, and
    the legend calls it by the text `mixed`.

    Raises ValueError for a prefix length that is none of `PREFIXES`, for ranges out of order, and
    for a value that is no category.
    """
    if prefix not in PREFIXES:
        raise ValueError(f"a pixel is a block of one of the prefix lengths {PREFIXES}")
    if values.size and values.max() >= len(categories.entries):
        raise ValueError(f"class {values.max()} is none of the {len(categories.entries)}")
    drawn = Categories((*categories.entries, Entry("mixed", mixed)))
    image = grid(blocks(starts, values, prefix, len(categories.entries)))
    return AddressMap(image, drawn, prefix)


def _square(drawn: AddressMap) -> Block:
    # A larger image is made smaller with care; one that is not keeps the edges of its pixels.
    sharp = ' image-rendering="pixelated"' if len(drawn.image) <= _SIDE else ""
    images = (_image(drawn.png(ground), ground, sharp) for ground in ("light", "dark"))
    body = "".join([*images, _lines(), _numbers()])
    return Block(f'<g transform="translate({MARGIN} 0)">{body}</g>', _SIDE)


def _image(content: bytes, ground: str, sharp: str) -> str:
    # A viewer without CSS shows the light one: the attribute speaks where the stylesheet does not.
    hidden = ' display="none"' if ground == "dark" else ""
    return (
        f'<image class="rg-on-{ground}"{hidden} width="{_SIDE}" height="{_SIDE}"{sharp} '
        f'href="data:image/png;base64,{b64encode(content).decode("ascii")}"/>'
    )


def _lines() -> str:
    step = _SIDE / _EIGHTHS
    across = "".join(f"M0 {number(at * step)}h{_SIDE}" for at in range(_EIGHTHS + 1))
    down = "".join(f"M{number(at * step)} 0v{_SIDE}" for at in range(_EIGHTHS + 1))
    return f'<path {line("paper")} stroke-width="1" stroke-opacity=".7" d="{across}{down}"/>'


def _numbers() -> str:
    step = _SIDE / _EIGHTHS
    first = np.arange(SPACE >> 24)
    x, y = positions(first, 4)
    written = "".join(
        write(column * step + 4, row * step + 12, str(eight), 10, more=_LABEL)
        for eight, column, row in zip(first.tolist(), x.tolist(), y.tolist(), strict=True)
    )
    return f'<g class="rg-wide">{written}</g>'


# Ink with a rim of paper is legible on every shade.
_LABEL = (
    'class="rg-ink rg-paper-line" fill="#1c2127" stroke="#ffffff" '
    'stroke-width="2.5" stroke-linejoin="round" paint-order="stroke"'
)
