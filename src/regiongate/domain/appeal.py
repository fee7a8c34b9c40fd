"""An appeal: what an organization says against what was found or decided in its case.

It is opened once for each ground and reopened once, it is decided by an approver who did not
propose what it is against, and while it is open its case goes no way towards a suspension.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from regiongate.domain.address import IPNetwork
from regiongate.domain.case import Step

MAX_TEXT = 10_000
"""Characters of the text of an appeal."""
MAX_FILES = 5
"""Files with one appeal."""
MAX_FILE_BYTES = 5 << 20
"""Bytes of one file."""
MAX_TOTAL_BYTES = 10 << 20
"""Bytes of all files of one appeal together."""
MAX_NAME = 80
"""Characters of a file's name, its ending not counted."""
REOPEN_WITHIN = timedelta(days=30)
"""How long after its denial an appeal may be reopened."""

ORGANIZATION = "organization"
"""Who opened an appeal, where it came by the signed link."""

GROUNDS = frozenset({Step.FIND, Step.LAPSE, Step.PROPOSE, Step.SUSPEND})
"""The steps of a case that can be appealed, each once. The first two begin a case anew."""

_BEGINNINGS = frozenset({Step.FIND, Step.LAPSE})


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    GRANTED = "granted"
    DENIED = "denied"


class AppealOutcome(StrEnum):
    """How an appeal was decided: a granted one becomes an exemption or a correction."""

    EXEMPTION = "exemption"
    CORRECTION = "correction"
    DENIED = "denied"


class FileKind(StrEnum):
    """What kinds of files are taken as evidence, told by their content."""

    GEOFEED = "geofeed"
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    TEXT = "text"


ENDINGS: Mapping[FileKind, str] = MappingProxyType(
    {
        FileKind.GEOFEED: ".csv",
        FileKind.PDF: ".pdf",
        FileKind.PNG: ".png",
        FileKind.JPEG: ".jpg",
        FileKind.TEXT: ".txt",
    }
)
"""How the name of a file ends: as its content says."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that was looked at and can be kept: its clean name, its kind, its bytes."""

    name: str
    kind: FileKind
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What is known of a file of an appeal: number from 1, bytes, SHA-256.

    `removed` is when its content was removed, None while it is there.
    """

    number: int
    name: str
    kind: FileKind
    size: int
    digest: str
    removed: datetime | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What comes with an opening: the text, the files, a mail address to answer to, from where.

    `network` is the /24 or /48 of the client; it and `mail` are None where they are not known.
    """

    text: str
    files: tuple[EvidenceFile, ...]
    mail: str | None
    network: IPNetwork | None


@dataclass(frozen=True, slots=True)
class Appeal:
    """One appeal of one case.

    `step` is the number of the last step of the case that it answers. `opened_by` is a person's
    name, or `organization`. `reopened_of` is the id of the denied appeal that this one reopens.
    A decision has `decided`, `decided_by` and `reason`; a granted appeal has become the exemption
    or (the first of) the corrections whose id it has.
    """

    id: str
    case: int
    organization: str
    state: AppealState
    step: int
    text: str
    mail: str | None
    network: IPNetwork | None
    opened: datetime
    opened_by: str
    due: datetime
    reopened_of: str | None = None
    decided: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    exemption: str | None = None
    correction: str | None = None

    @property
    def outcome(self) -> AppealOutcome | None:
        """How it was decided; None while it is open."""
        if self.state is AppealState.OPEN:
            return None
        if self.exemption is not None:
            return AppealOutcome.EXEMPTION
        return AppealOutcome.DENIED if self.correction is None else AppealOutcome.CORRECTION

    def reopens_until(self) -> datetime | None:
        """Until when it may be reopened, unless it has been; None when it may not at all."""
        if self.state is not AppealState.DENIED or self.decided is None or self.reopened_of:
            return None
        return self.decided + REOPEN_WITHIN


def answered(steps: Iterable[tuple[int, Step]], latest: int | None) -> bool:
    """Whether every ground of a case has been appealed.

    `steps` are its steps with their numbers; `latest` is the number of the last one that its
    latest appeal answers, None where there is none. What came before the case last began is past.
    """
    grounds = [(number, step) for number, step in steps if step in GROUNDS]
    begun = max((number for number, step in grounds if step in _BEGINNINGS), default=0)
    if latest is None or latest < begun:
        return False
    now = [(number, step) for number, step in grounds if number >= begun]
    return {step for _, step in now} == {step for number, step in now if number <= latest}
