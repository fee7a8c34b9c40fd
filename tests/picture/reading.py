"""Reading pictures back, with the standard library only."""

from __future__ import annotations

import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ElementTree.Element:
    """The root of a picture; fails when it is no valid XML, or could fetch or run anything."""
    root = ElementTree.fromstring(svg)  # noqa: S314 -- our own output
    assert root.tag in {f"{SVG}svg", "figure"}
    for element in root.iter():
        assert element.tag in FIGURE or element.tag.removeprefix(SVG) in KNOWN, element.tag
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on"), name
            assert "href" not in name or value.startswith("data:image/png;base64,")
            assert "url(" not in value
    return root


KNOWN = {"svg", "title", "desc", "style", "g", "path", "circle", "rect", "text", "image"}
"""Every element that a picture may be made of."""

FIGURE = {"figure", "figcaption", "strong", "span", "ul", "li"}
"""Every element that a page may have around a picture."""


def regions(root: ElementTree.Element) -> dict[str, str]:
    """Region → shade, by the class of the group that the region is drawn in."""
    found: dict[str, str] = {}
    for group in root.iter(f"{SVG}g"):
        for shape in group:
            if "data-region" in shape.attrib:
                region = shape.attrib["data-region"]
                assert region not in found, f"{region} is drawn twice"
                found[region] = group.attrib["class"].removeprefix("rg-")
    return found


def texts(root: ElementTree.Element) -> list[str]:
    """What is written on the picture."""
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def pixels(png: bytes) -> tuple[npt.NDArray[np.uint8], list[str]]:
    """The numbers of the colours and the colours of an indexed PNG; every checksum is checked."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", png, at + 8 + size)[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        at += size + 12
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    columns, rows, depth, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [3, 0, 0, 0]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(rows, -1)
    assert not lines[:, 0].any(), "no filter is used"
    bits = np.unpackbits(lines[:, 1:], axis=1).reshape(rows, -1, depth)
    image = (bits @ (1 << np.arange(depth)[::-1])).astype(np.uint8)[:, :columns]
    palette = chunks[b"PLTE"]
    return image, [f"#{palette[at : at + 3].hex()}" for at in range(0, len(palette), 3)]
