"""The facts of a notice as the templates name them, written in one language and one form.

What a notice does not have is not in the mapping, and a template that names it fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from regiongate.domain.facts import EDGE
from regiongate.domain.notice import Listed, Notice, Seen
from regiongate.notify import speech
from regiongate.notify.form import Form
from regiongate.notify.language import Language

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Writer:
    """What all facts of one message share: the language, the form, the zone of the measure."""

    language: Language
    form: Form
    zone: str

    def instant(self, at: datetime) -> str:
        """An instant with its time zone."""
        moment = speech.moment(self.language, at, self.zone)
        zone = self.form.code(f"({speech.zone_words(at, self.zone)})")
        return self.form.join(" ", [moment, zone])

    def listed(self, of: Listed) -> dict[str, str]:
        """What is shown of many, and the number of the rest where there is a rest."""
        return self._listed([self.form.code(text) for text in of.shown], of.more)

    def regions(self, of: Listed) -> dict[str, str]:
        """Regions by name and code."""
        return self._listed([self._region(code) for code in of.shown], of.more)

    def _listed(self, texts: list[str], more: int) -> dict[str, str]:
        found = {"text": self.form.join(self.language.comma, texts)}
        return found | ({"more": speech.number(self.language, more)} if more else {})

    def _region(self, code: str) -> str:
        name = self.form.name(speech.region(self.language, code))
        return self.form.join(" ", [name, self.form.code(f"({code})")])


def facts(notice: Notice, language: Language, form: Form) -> Facts:
    """Every fact of a notice, by the name under which templates know it."""
    writer = Writer(language, form, notice.measure.time_zone)
    found = _general(notice, writer) | _dates(notice, writer)
    if notice.seen is not None:
        found |= _seen(notice.seen, writer)
    return found | _particular(notice, writer)


def _general(notice: Notice, writer: Writer) -> dict[str, object]:
    form, provider, links = writer.form, notice.provider, notice.links
    return {
        "lang": writer.language.code,
        "direction": writer.language.direction,
        "colon": writer.language.colon,
        "api": form.name(provider.api),
        "policy": form.name(provider.policy),
        "version": form.code(provider.version),
        "contact": form.contact(provider.contact),
        "organization": form.name(notice.organization.name),
        "organization_id": form.code(notice.organization.id),
        "reference": form.code(notice.id),
        "self_check": links.self_check,
        "appeal_link": links.appeal,
        "alternatives": links.alternatives,
    }


def _dates(notice: Notice, writer: Writer) -> dict[str, object]:
    found: dict[str, object] = {}
    if notice.block is not None:
        found["block"] = writer.instant(notice.block)
        found["block_day"] = speech.local_day(writer.language, notice.block, writer.zone)
        left = speech.days_until(writer.language, notice.at, notice.block, writer.zone)
        found |= {"days_left": left} if left else {}
    if notice.suspend is not None:
        found["suspend"] = writer.instant(notice.suspend)
    return found


def _seen(seen: Seen, writer: Writer) -> dict[str, object]:
    language = writer.language
    day, number = partial(speech.day, language), partial(speech.number, language)
    found: dict[str, object] = {
        "networks": writer.listed(seen.networks),
        "clouds": [
            {"words": writer.form.code(cloud.words), "edge": cloud.provider == EDGE}
            for cloud in seen.clouds
        ],
        "first": writer.instant(seen.first),
        "last": writer.instant(seen.last),
        "requests": number(seen.requests),
        "total": number(seen.total),
        "share": speech.percent(language, seen.share),
        "since": day(seen.since),
        "until": day(seen.until),
    }
    found |= {"keys": writer.listed(seen.keys)} if seen.keys.shown else {}
    return found | ({"regions": writer.regions(seen.regions)} if seen.regions.shown else {})


def _particular(notice: Notice, writer: Writer) -> dict[str, object]:
    """The facts that only some events have."""
    found: dict[str, object] = {}
    if (suspension := notice.suspension) is not None:
        found["suspension_at"] = writer.instant(suspension.at)
        found["kinds"] = [kind.value for kind in suspension.evidence]
    if (release := notice.release) is not None:
        found |= {"release_cause": release.cause.value, "release_at": writer.instant(release.at)}
    if (appeal := notice.appeal) is not None:
        found["appeal_id"] = writer.form.code(appeal.id)
        found["appeal_received"] = writer.instant(appeal.received)
        found["appeal_due"] = writer.instant(appeal.due)
    if (decision := notice.decision) is not None:
        found["outcome"] = decision.outcome.value
        found["decided_at"] = writer.instant(decision.at)
        found["decided_reason"] = writer.form.name(decision.reason)
        found["may_reopen"] = decision.may_reopen
        found |= {"decided_until": writer.instant(decision.until)} if decision.until else {}
    if (exemption := notice.exemption) is not None:
        found["exemption_scope"] = exemption.scope.value
        found["exemption_ends"] = writer.instant(exemption.ends)
        found["exemption_day"] = speech.local_day(writer.language, exemption.ends, writer.zone)
        value = exemption.value
        found |= {"exemption_value": writer.form.code(value)} if value else {}
    return found
