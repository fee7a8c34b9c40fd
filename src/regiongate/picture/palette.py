"""Colours for verdicts and classes that people with any colour vision can tell apart.

The colours began with those of Okabe and Ito, "Color Universal Design" (2008), and were moved
until every two of them are far apart in CIELAB for full sight and for each missing kind of cone
(`tests/picture/test_palette.py` measures it). They differ in lightness as well: what is worse
stands out more. Each has a second value for a dark ground.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shade:
    """One colour as sRGB in hexadecimal, on a light ground and on a dark one."""

    light: str
    dark: str


VERDICTS = {
    "allow": Shade("#86b6dc", "#2e5e90"),
    "warn": Shade("#f4c542", "#e3982a"),
    "block": Shade("#c73c2f", "#d05447"),
    "suspended": Shade("#5f1723", "#f7cbb1"),
    "hand-over": Shade("#3c9d5d", "#57db6c"),
}
"""A shade for each verdict."""

CLASSES = {
    "supported": VERDICTS["allow"],
    "unsupported": VERDICTS["block"],
    "disputed": Shade("#964dc7", "#be78ec"),
    "unknown": Shade("#83868b", "#7b7e83"),
    "special": Shade("#b6b9be", "#4b4e53"),
    "private": Shade("#53565b", "#bbbec3"),
    "anonymizer": Shade("#1f6088", "#3096b5"),
}
"""A shade for each class of places."""

OTHERS = {
    "mixed": Shade("#b4e6b8", "#7028b8"),
    "unrouted": Shade("#ebeef3", "#202328"),
    "none": Shade("#e3e5e9", "#2b2f36"),
}
"""Several classes in one dot, addresses that nobody announces, and nothing to say at all."""

STEPS = {
    "step-1": Shade("#c6dcf1", "#1d3b57"),
    "step-2": Shade("#9ac3e2", "#275a86"),
    "step-3": Shade("#6fa8d3", "#3a7db4"),
    "step-4": Shade("#4284bb", "#64a3d4"),
    "step-5": Shade("#21609c", "#9cc8ea"),
    "step-6": Shade("#0b3c6f", "#dcedfa"),
}
"""The ramp for numbers: more is further from the ground."""

RAMP = tuple(STEPS)

SHADES = VERDICTS | CLASSES | OTHERS | STEPS
"""Every shade by name."""

GROUND = {
    "paper": Shade("#ffffff", "#11161d"),
    "sea": Shade("#f6f8fb", "#161c24"),
    "ink": Shade("#1c2127", "#e6e9ed"),
    "quiet": Shade("#5d646e", "#a0a8b2"),
    "line": Shade("#cdd2d9", "#3a424d"),
}
"""What the shades stand on: the page, the sea, text, text that steps back, and lines."""


def stylesheet() -> str:
    """The CSS of every picture; a page that shows pictures inline may carry it once.

    The reader's setting decides between light and dark; a page with a switch of its own says
    `data-theme="light"` or `"dark"` on an element around the picture.
    """
    light, dark = (";".join(_variables(which)) for which in ("light", "dark"))
    return "".join(
        [
            f".rg-picture,.rg-figure{{{light};max-width:100%;height:auto;{_FONT}}}",
            f"@media(prefers-color-scheme:dark){{.rg-picture,.rg-figure{{{dark}}}}}",
            f"[data-theme=light] :is(.rg-picture,.rg-figure){{{light}}}",
            f"[data-theme=dark] :is(.rg-picture,.rg-figure){{{dark}}}",
            *_FIGURE,
            *(
                f".rg-{name}{{fill:var(--rg-{name});--rg-shade:var(--rg-{name})}}"
                for name in GROUND | SHADES
            ),
            *(f".rg-{name}-line{{stroke:var(--rg-{name})}}" for name in GROUND),
            *(f".rg-on-{which}{{display:var(--rg-on-{which})}}" for which in ("light", "dark")),
        ]
    )


_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"


_FIGURE = (
    ".rg-figure{margin:0 0 1rem;padding:1rem;border-radius:8px;background:var(--rg-paper);"
    "color:var(--rg-ink);font-size:1rem}",
    ".rg-figure figcaption{margin:0 0 .75rem}",
    ".rg-figure figcaption strong,.rg-figure figcaption span{display:block}",
    ".rg-figure figcaption span{color:var(--rg-quiet)}",
    ".rg-legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;"
    "margin:.75rem 0 0;padding:0;font-size:.9rem}",
    ".rg-legend li{display:flex;gap:.45rem;align-items:center}",
    ".rg-swatch{flex:none;width:12px;height:12px;border-radius:2px;background:var(--rg-shade);"
    "forced-color-adjust:none}",
    ".rg-figure>svg.rg-narrow{display:none;width:100%}",
    "@media(max-width:40rem){.rg-figure{padding:.6rem .5rem}"
    ".rg-figure>svg.rg-narrow{display:block}"
    ".rg-figure>svg.rg-wide,.rg-figure svg .rg-wide{display:none}}",
)
"""The figure of a page. What is `rg-wide` would be too small to be read on a phone."""


def fill(name: str) -> str:
    """The attributes that fill a shape with a shade; the colour itself is for viewers without CSS
    variables, which then show the light ground."""
    return f'class="rg-{name}" fill="{_named(name).light}"'


def line(name: str) -> str:
    """The attributes that draw a line in a colour of the ground, and fill nothing."""
    return f'class="rg-{name}-line" fill="none" stroke="{_named(name).light}"'


def _named(name: str) -> Shade:
    return (GROUND | SHADES)[name]


def _variables(which: str) -> Iterator[str]:
    for name, shade in (GROUND | SHADES).items():
        yield f"--rg-{name}:{getattr(shade, which)}"
    for ground in ("light", "dark"):
        yield f"--rg-on-{ground}:{'inline' if ground == which else 'none'}"
