"""The look of the page: light and dark, on a phone, and on paper."""

from __future__ import annotations

from regiongate.picture import stylesheet
from regiongate.picture.palette import GROUND, VERDICTS


def css() -> str:
    """Everything, the plots included."""
    light, dark = (_variables(which) for which in ("light", "dark"))
    return (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
        f"{_PAGE}{stylesheet()}{_PLOTS}{_NARROW}{_PRINT}"
    )


def _variables(which: str) -> str:
    shades = GROUND | VERDICTS
    return ";".join(f"--{name}:{getattr(shade, which)}" for name, shade in shades.items())


_PAGE = (
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,"
    "-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;overflow-wrap:break-word}"
    "header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.5rem}"
    "header{padding-top:3rem}"
    "h1{font-size:2rem;line-height:1.2;font-weight:650;letter-spacing:-.02em;margin:.3rem 0 .6rem;"
    "text-wrap:balance}"
    "h2{font-size:1.3rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;margin:0 0 .6rem}"
    "p{max-width:44rem;margin:.4rem 0}"
    "a{color:inherit;text-underline-offset:.2em}"
    "a:focus-visible,summary:focus-visible,.frame:focus-visible"
    "{outline:2px solid var(--ink);outline-offset:3px}"
    ".quiet,caption,th[scope=col],footer{color:var(--quiet)}"
    ".over{color:var(--quiet);font-size:.9rem;margin:0}"
    "section{margin:3.2rem 0}"
    "nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;"
    "margin:1.4rem 0 0;font-size:.95rem}"
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:0 2rem;"
    "margin:1.8rem 0 0}"
    ".facts>div{border-top:1px solid var(--line);padding:.9rem 0 1.3rem}"
    ".facts dt{color:var(--quiet);font-size:.9rem}"
    ".facts dd{margin:0}.facts .big{font-size:1.9rem;line-height:1.25;font-weight:650;"
    "letter-spacing:-.02em;font-variant-numeric:tabular-nums}"
    ".facts .big.date{font-size:1.5rem;line-height:1.58}"
    ".facts .note{color:var(--quiet);font-size:.9rem}"
    ".alarm{border:1px solid var(--block);border-left-width:.4rem;border-radius:.4rem;"
    "padding:.6rem 1rem;margin:1rem 0 0;max-width:none}"
    ".frame{overflow-x:auto;margin:1rem 0 0}.frame+p,.frame+.frame{margin-top:1.8rem}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem;line-height:1.45}"
    "caption{text-align:left;padding:0 0 .4rem;font-size:.9rem}"
    "th,td{padding:.4rem 1.1rem .4rem 0;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--line)}"
    "th:last-child,td:last-child{padding-right:0}"
    "th[scope=col]{font-weight:500;white-space:nowrap;vertical-align:bottom}"
    "th[scope=row]{font-weight:500}"
    ".number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".id{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;"
    "font-size:.94em;overflow-wrap:anywhere}"
    ".whole{white-space:nowrap}"
    "summary{cursor:pointer;margin:.8rem 0 0;width:fit-content}"
    "footer{margin:4rem auto 3rem;font-size:.9rem}"
)
_PLOTS = (
    ".plot{margin:1rem 0 0}.plot svg{display:block;width:100%;margin-left:-1rem}"
    ".plot.fit{overflow:hidden}"
    ".legend{display:none;list-style:none;padding:0;margin:.8rem 0 0;flex-wrap:wrap;"
    "gap:.2rem 1rem;font-size:.9rem}"
    ".legend span{display:inline-block;width:.8rem;height:.8rem;border-radius:.15rem;"
    "margin-right:.4rem;vertical-align:-.05rem}"
)
_NARROW = (
    "@media(max-width:44rem){"
    "header,main,footer{padding-left:1rem;padding-right:1rem}header{padding-top:1.6rem}"
    "h1{font-size:1.55rem}section{margin:2.4rem 0}"
    # What a plot says in small letters is in its table; its lines must still be readable.
    ".plot svg{margin-left:0}.plot.frame svg{min-width:40rem}.legend{display:flex}"
    "th[scope=row]{min-width:8rem}"
    ".cards,.cards tbody,.cards tr,.cards th,.cards td,.cards caption{display:block}"
    ".cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    ".cards tr{border:1px solid var(--line);border-radius:.6rem;padding:.6rem .9rem;"
    "margin:0 0 .7rem}"
    ".cards th[scope=row],.cards td{min-width:0;border:0;overflow-wrap:anywhere;"
    "padding:.15rem 0;text-align:left;white-space:normal}"
    ".cards th[scope=row]{font-weight:650}"
    ".cards td{display:grid;grid-template-columns:7.5rem 1fr;gap:.6rem}"
    ".cards td::before{content:attr(data-of);color:var(--quiet)}"
    "}"
)
_PRINT = (
    "@media print{body{font-size:10.5pt}header,main,footer{max-width:none;padding:0}"
    "header{padding-top:0}nav,summary{display:none}section{margin:1.6rem 0}"
    ".frame{overflow:visible}tr,.plot,.facts{break-inside:avoid}h2{break-after:avoid}"
    # What is folded on a screen belongs on paper.
    "details::details-content{content-visibility:visible;block-size:auto}}"
)
