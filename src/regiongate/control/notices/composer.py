"""One notice of one case: its id, its links, its letter, and what the store keeps of it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from regiongate.control.links.appeal import appeal_link
from regiongate.control.notices import told as told_facts
from regiongate.control.notices.told import Told
from regiongate.control.switch.link import plan_link
from regiongate.domain.case import Case
from regiongate.domain.case_rules import CaseRules
from regiongate.domain.contact import Contact
from regiongate.domain.measure import Phase
from regiongate.domain.notice import AHEAD, Addressee, Links, Notice, Provider, Seen
from regiongate.domain.policy import Policy
from regiongate.notify.letter import Letter, compose
from regiongate.notify.sender import Sender
from regiongate.store.notices import NewNotice

_LINK_LIFE = timedelta(days=365)
"""How long a link to an appeal works after the last date of the measure."""

_PURPOSE = b"regiongate notice id 1\0"
"""What the digest of an id begins with, so that it is no signature of anything else."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told, at which instant, in which round; `follows` is the notice of the one before."""

    told: Told
    at: datetime
    round: int = 1
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What is particular to one case: whom one writes to, what was seen, and the thread so far."""

    case: Case
    name: str
    contact: Contact
    seen: Seen | None
    earlier: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that was composed, and what the store keeps of it."""

    new: NewNotice
    letter: Letter


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes in the name of one policy. `secret` signs links and makes ids."""

    policy: Policy
    rules: CaseRules
    sender: Sender
    secret: bytes

    def draft(self, of: Material, telling: Telling) -> Draft:
        """The letter of one case. Raises ValueError for facts of which no notice can be made."""
        told, at = telling.told, telling.at
        notice = Notice(
            id=self._id(of.case, telling),
            event=told.event,
            at=at,
            organization=Addressee(of.case.organization, of.name, of.contact),
            provider=self._provider(),
            links=self._links(of.case, at),
            measure=self.policy.measure,
            seen=of.seen,
            suspension=told.suspension,
            release=told.release,
            appeal=told.appeal,
            decision=told.decision,
            exemption=told.exemption,
        )
        letter = compose(notice, self.sender, at, of.earlier)
        return Draft(self._new(of.case, telling, letter), letter)

    def _new(self, case: Case, telling: Telling, letter: Letter) -> NewNotice:
        told = telling.told
        ahead = told.event in AHEAD
        return NewNotice(
            id=letter.notice,
            case=case.number,
            organization=case.organization,
            event=told.event,
            occasion=told.occasion,
            round=telling.round,
            follows=telling.follows,
            address=letter.recipient,
            asked=letter.asked,
            language=letter.language,
            subject=letter.subject,
            told=told_facts.written(told),
            composed_at=telling.at,
            void_at=self.policy.measure.start(Phase.BLOCK) if ahead else None,
            message_id=letter.message_id,
            return_path=letter.return_path,
            digest=hashlib.sha256(letter.message).hexdigest(),
            message=letter.message,
        )

    def _id(self, case: Case, telling: Telling) -> str:
        """The same for the same notice, and not to be guessed without the secret."""
        said = (
            str(case.number),
            case.opened.isoformat(),
            case.organization,
            telling.told.event.value,
            telling.told.occasion,
            str(telling.round),
        )
        message = _PURPOSE + "\0".join(said).encode()
        return f"n{hmac.digest(self.secret, message, hashlib.sha256).hex()[:32]}"

    def _provider(self) -> Provider:
        policy = self.policy
        return Provider(self.rules.api, policy.name, policy.version, policy.contact)

    def _links(self, case: Case, at: datetime) -> Links:
        site = self.rules.site
        expires = max([at, *(start for _, start in self.policy.measure.starts)]) + _LINK_LIFE
        return Links(
            self_check=f"{site}/.well-known/region-access",
            appeal=appeal_link(site, case.organization, case.number, self.secret, expires),
            alternatives=plan_link(site, case.organization, self.secret, expires),
        )
