"""A mail relay that delivers nowhere: each letter becomes a file. For demonstrations and trials."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Takes letters on a port of this machine while it is open, and keeps them in a folder.

    A file is named after the number of the letter, as `0001.eml`.
    """

    def __init__(self, folder: Path, host: str, port: int) -> None:
        self.folder = folder
        self._kept = 0
        self._controller = Controller(self, hostname=host, port=port)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one letter, and answer as a relay does."""
        self._kept += 1
        content = envelope.original_content or b""
        (self.folder / f"{self._kept:04}.eml").write_bytes(content)
        return f"250 2.0.0 Ok: queued as {self._kept:04}"

    def __enter__(self) -> Mailbox:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._kept = len(list(self.folder.glob("*.eml")))
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()
