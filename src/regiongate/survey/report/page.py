"""The survey as one HTML page: it opens from disk, asks no network, and runs no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from regiongate.domain.measure import Phase
from regiongate.picture.ticks import day
from regiongate.survey.report import sections, words
from regiongate.survey.report.about import About
from regiongate.survey.report.figures import Figures
from regiongate.survey.report.look import css
from regiongate.survey.report.markup import prose, section
from regiongate.survey.report.signals import signals
from regiongate.survey.report.simulated import simulated
from regiongate.survey.report.who import who
from regiongate.survey.simulation import Simulation

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page shows; `files` are the names of the files beside it."""

    about: About
    figures: Figures
    files: Sequence[str]
    simulation: Simulation | None = None

    def html(self) -> str:
        """The page."""
        policy = self.about.policy
        title = f"Survey for {policy.name} {policy.version}"
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="referrer" content="no-referrer">'
            f"<title>{escape(title)}</title><style>{css()}</style></head><body>"
            f"{self._header()}<main>{''.join(self._sections())}</main>{self._footer()}"
            "</body></html>\n"
        )

    def _header(self) -> str:
        policy = self.about.policy
        totals, period = self.figures.totals, self.about.survey.period
        if totals.affected:
            share = f" of {totals.organizations:,}" if totals.organizations else ""
            verb = "is" if totals.affected == 1 else "are"
            head = f"{totals.affected:,}{share} organizations {verb} affected"
        else:
            head = "No organization is affected"
        over = f"Survey for {policy.name} {policy.version}, {words.span(period.start, period.end)}"
        return (
            f'<header><p class="over">{escape(over)}</p><h1>{escape(head)}</h1>'
            f"{prose(self._judged()).html}{''.join(self._alarms())}{self._facts()}"
            f"{self._contents()}</header>"
        )

    def _judged(self) -> str:
        judging = self.about.survey.judging
        at = words.instant(judging.at, self.about.policy.measure.time_zone)
        return (
            f"Judged as on {at}: {judging.because}. An organization is affected when at least one "
            "of its requests is from an unsupported or disputed region, or is not simply allowed "
            "once the measure is fully in force."
        )

    def _alarms(self) -> Iterator[str]:
        for one in self.about.stale:
            since = day(one.age.stale_from.date())
            said = f"{one.name} has data of {day(one.date)}, stale since {since}"
            yield _alarm(f"STALE: {said}. Fetch a newer version before you rely on this survey.")
        policy, at = self.about.policy, self.about.survey.judging.at
        phase = policy.measure.phase(at)
        if policy.report_only:
            yield _alarm(
                "The policy only reports: it refuses nothing. The verdicts here are those that it "
                "would make."
            )
        elif phase in (Phase.OBSERVE, Phase.WARN):
            yield _alarm(f"At this instant the measure is in the phase {phase}: it blocks nothing.")

    def _facts(self) -> str:
        totals, rows = self.figures.totals, self.about.survey.rows
        refused = words.counted(totals.refused_requests, "request")
        facts = [
            (
                "Affected organizations",
                f"{totals.affected:,}",
                f"{totals.refused:,} with refused requests, {totals.exempt:,} exempt",
            ),
            (
                "Affected requests",
                f"{totals.affected_requests:,}",
                f"{words.percent(totals.affected_requests, totals.requests)} of "
                f"{totals.requests:,}; {refused} refused",
            ),
            (
                "From unsupported regions",
                f"{totals.unsupported_requests:,}",
                f"requests of {words.counted(totals.unsupported, 'organization')}",
            ),
            self._next(),
            (
                "Rows read",
                f"{rows.read:,}",
                f"{rows.located:,} located, {rows.unknown:,} unknown, {rows.special:,} special, "
                f"{rows.rejected:,} rejected"
                + (f"; {rows.outside:,} outside the period" if rows.outside else ""),
            ),
        ]
        if totals.nameless:
            share = words.percent(totals.nameless, totals.requests)
            facts.append(
                ("Without an organization", f"{totals.nameless:,}", f"{share} of requests")
            )
        told = "".join(_fact(*fact) for fact in facts)
        return f'<dl class="facts">{told}</dl>'

    def _next(self) -> tuple[str, str, str]:
        coming = self.about.next_date
        if coming is None:
            return "Next date of the measure", "none", "every date has passed"
        phase, at = coming
        zone = self.about.policy.measure.time_zone
        when = day(words.announced(at, zone))
        return "Next date of the measure", when, f"{phase} from {words.instant(at, zone)}"

    def _contents(self) -> str:
        links = "".join(
            f'<li><a href="#{anchor}">{escape(title)}</a></li>' for anchor, title in self._anchors()
        )
        return f'<nav aria-label="Sections"><ul>{links}</ul></nav>'

    def _anchors(self) -> Iterator[tuple[str, str]]:
        if self.simulation is not None:
            yield "simulation", "Simulation"
        yield from (("where", "Where from"), ("when", "When"), ("who", "Who is affected"))
        if self.figures.clouds:
            yield "clouds", "Clouds"
        if self.about.survey.attested:
            yield "attested", "Attested countries"
        yield from (("unsure", "Disputed and unknown"), ("signals", "Signals"))
        yield "with", "What was judged with"

    def _sections(self) -> Iterator[str]:
        if self.simulation is not None:
            yield simulated(self.simulation)
        yield sections.where(self.figures)
        yield sections.when(self.figures, self.about)
        yield who(self.figures, self.about)
        yield sections.clouds(self.figures)
        yield sections.attested(self.about)
        yield sections.unsure(self.figures, self.about)
        yield signals(self.figures, self.about)
        yield sections.judged_with(self.figures, self.about)
        said = f"Beside this page: {', '.join(self.files)}. They hold what is left out here."
        yield section("files", "The rest", prose(said).html)

    def _footer(self) -> str:
        said = (
            "Paths that the policy leaves open to everyone are judged like all others here. "
            "Locations are those of addresses; they say nothing of people."
        )
        return f"<footer>{prose(said).html}</footer>"


def _alarm(said: str) -> str:
    return f'<p class="alarm">{escape(said)}</p>'


def _fact(name: str, value: str, note: str) -> str:
    look = "big" if value.replace(",", "").isdigit() else "big date"
    return (
        f'<div><dt>{escape(name)}</dt><dd class="{look}">{escape(value)}</dd>'
        f'<dd class="note">{escape(note)}</dd></div>'
    )
