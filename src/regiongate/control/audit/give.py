"""Give the audit trail away: written whole to a file, or streamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO

from regiongate.control.audit.check import Hear, heard
from regiongate.control.audit.export import lines
from regiongate.control.audit.signed import SignedHead
from regiongate.domain.errors import CannotRun
from regiongate.store.audit import AuditTrail


def give(trail: AuditTrail, head: SignedHead, out: Path | IO[str], hear: Hear) -> None:
    """Write an export. A file is there when it is whole, for this user only.

    Raises CannotRun when the file is there already, or cannot be written.
    """
    count = head.head.number
    exported = lines(heard(trail.entries(), count, hear), head)
    if not isinstance(out, Path):
        out.writelines(exported)
        return
    try:
        handle, made = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(exported)
                file.flush()
                os.fsync(file.fileno())
            os.link(made, out)  # Not a rename, which would write over a file that is there.
        finally:
            Path(made).unlink()
    except OSError as error:
        raise CannotRun(f"cannot write {out}: {error.strerror}") from error
