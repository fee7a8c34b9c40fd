"""In whose name letters are sent, and how a letter is known again."""

from __future__ import annotations

from dataclasses import dataclass

from regiongate.domain.notice import NOTICE_ID


@dataclass(frozen=True, slots=True)
class Sender:
    """The `From` of letters, where bounces go, and the domain of their Message-IDs."""

    name: str
    address: str
    return_path: str
    domain: str

    def message_id(self, notice: str) -> str:
        """The Message-ID of a notice (RFC 5322, section 3.6.4)."""
        return f"<{notice}@{self.domain}>"

    def notice_of(self, message_id: str) -> str | None:
        """The notice of a Message-ID, None where it is not one of ours."""
        notice, _, domain = message_id.strip().removeprefix("<").removesuffix(">").partition("@")
        ours = domain.lower() == self.domain.lower() and NOTICE_ID.fullmatch(notice)
        return notice if ours else None
