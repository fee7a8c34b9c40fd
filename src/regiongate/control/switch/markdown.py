"""Blocks as Markdown (CommonMark with tables). No text of others becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from regiongate.control.switch.blocks import Block, Bullets, Code, Grid, Heading, Paragraph

# What means something anywhere is escaped everywhere; a sign, and a number with a dot or a bracket,
# only where it would begin a list.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!])|^([-+]|[0-9]+[.)](?=\s|$))")
_FENCE = "```"


def markdown(blocks: Iterable[Block]) -> str:
    """The text of blocks; the same blocks make the same bytes."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {_escaped(block.text)}"
        case Paragraph():
            yield _escaped(block.text)
        case Bullets():
            yield from (f"- {_escaped(item)}" for item in block.items)
        case Grid():
            yield _row(block.headings)
            yield "|" + "---|" * len(block.headings)
            yield from (_row(row) for row in block.rows)
        case Code():
            yield _FENCE + block.language
            yield block.text.rstrip("\n")
            yield _FENCE


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    # A number at the beginning is escaped behind it: "1\." and not "\1.".
    return _MARKUP.sub(
        lambda found: f"\\{found[0]}" if len(found[0]) == 1 else f"{found[0][:-1]}\\{found[0][-1]}",
        text.strip(),
    )
