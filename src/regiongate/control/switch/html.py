"""Blocks as HTML: one page that loads nothing, or the part that another page takes in."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from regiongate.control.switch.blocks import Block, Bullets, Code, Grid, Heading, Paragraph

_STYLE = Markup(
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;display:block;overflow-x:auto;margin:1rem 0}"
    "th,td{border-bottom:1px solid #8888;padding:.3rem .8rem .3rem 0;text-align:left}"
    "pre{overflow-x:auto;padding:.8rem;border:1px solid #8888;border-radius:.3rem}"
)
_PAGE = Markup(
    "<!doctype html>\n"
    '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n"
    "<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
)


def page(title: str, blocks: Iterable[Block]) -> str:
    """A whole page, with its style in it; no script, no address is loaded."""
    return str(_PAGE.format(title=title, style=_STYLE, body=body(blocks)))


def body(blocks: Iterable[Block]) -> Markup:
    """The blocks one after the other, everything in them escaped."""
    return Markup("\n").join(_element(block) for block in blocks)


def _element(block: Block) -> Markup:
    match block:
        case Heading():
            return Markup("<h{0}>{1}</h{0}>").format(block.level, block.text)
        case Paragraph():
            return Markup("<p>{}</p>").format(block.text)
        case Bullets():
            return Markup("<ul>{}</ul>").format(_each("<li>{}</li>", block.items))
        case Grid():
            rows = (_each("<td>{}</td>", row) for row in block.rows)
            return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
                _each('<th scope="col">{}</th>', block.headings), _each("<tr>{}</tr>", rows)
            )
        case Code():
            # Who moves along a page with the keyboard must be able to scroll it.
            return Markup('<pre tabindex="0"><code>{}</code></pre>').format(block.text)


def _each(element: str, texts: Iterable[str]) -> Markup:
    return Markup("").join(Markup(element).format(text) for text in texts)  # noqa: S704
