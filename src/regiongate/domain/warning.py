"""What is told with an answer before the block: in `X-Region-Access`, `Sunset` and `Link`."""

from __future__ import annotations

from email.utils import format_datetime

from regiongate.domain.instant import instant_text
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.domain.verdict import Change


def warning(country: str, cloud: str, rule: str, following: Change | None) -> dict[str, str]:
    """The headers of a warning: Sunset (RFC 8594) is the date of the block.

    The texts are taken as they are: a gateway has them filled in.
    """
    access = f'warn; country="{country}"; cloud="{cloud}"; rule="{rule}"'
    headers: dict[str, str] = {}
    if following is not None and following.verdict.refuses:
        headers["sunset"] = format_datetime(following.at, usegmt=True)
        access += f'; {following.verdict}="{instant_text(following.at)}"'
    return headers | {"x-region-access": access}


def links(appeal: str) -> str:
    """Where somebody who is warned may look: the self-check, and whom to ask."""
    return f'<{SELF_CHECK_PATH}>; rel="sunset", <{appeal}>; rel="help"'
