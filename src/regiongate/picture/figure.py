"""A picture within a page: its words are the page's own, as large as all others on any screen."""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.picture.scale import Entry
from regiongate.picture.svg import Caption, Drawing, frame, plain


def figure(
    caption: Caption, drawing: Drawing, entries: Sequence[Entry], narrow: Drawing | None = None
) -> str:
    """An HTML figure: title and description, the drawing, and the legend as a list.

    A screen of up to 40 rem shows the `narrow` drawing, if there is one. The page carries
    `palette.stylesheet()`. It is well-formed XML too.
    """
    shown = [(drawing, "" if narrow is None else " rg-wide")]
    if narrow is not None:
        shown.append((narrow, " rg-narrow"))
    title = f"<title>{plain(caption.title)}</title>"
    drawn = "".join(
        frame(one.width, one.block.height, title + one.block.body, look) for one, look in shown
    )
    return (
        f'<figure class="rg-figure"><figcaption><strong>{plain(caption.title)}</strong> '
        f"<span>{plain(caption.description)}</span></figcaption>{drawn}{_legend(entries)}</figure>\n"
    )


def _legend(entries: Sequence[Entry]) -> str:
    rows = "".join(
        f'<li><span class="rg-swatch rg-{entry.shade}"></span>{plain(entry.label)}</li>'
        for entry in entries
    )
    return f'<ul class="rg-legend">{rows}</ul>' if rows else ""
