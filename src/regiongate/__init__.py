"""Restricts an API to the regions its provider supports, and explains every decision.

`Gate` opens a bundle and decides in one's own process. It is imported at its first use: the
commands need neither it nor Arrow, and would start a quarter of a second later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regiongate.library.gate import Gate

__all__ = ["Gate"]


def __getattr__(name: str) -> object:
    if name == "Gate":
        from regiongate.library.gate import Gate  # noqa: PLC0415 - see above

        return Gate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
