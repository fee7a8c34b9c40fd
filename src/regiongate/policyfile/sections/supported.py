"""`supported`: the base list, the rule for territories, and dated changes with their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from regiongate.domain.region import country_of, is_subdivision
from regiongate.domain.supported_list import ListChange, SupportedList, Territories
from regiongate.policyfile import lists
from regiongate.policyfile.instant import INSTANT
from regiongate.policyfile.lists import BaseList
from regiongate.policyfile.node import Mark
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.region import COUNTRY, PART, REGION
from regiongate.policyfile.shape import Key, Mapping, Scalar, Section, Sequence
from regiongate.policyfile.text import CSV_FILE, SENTENCE, choice

LIST = Key(
    "list",
    choice("a shipped list", lists.shipped_names(), "unknown-list"),
    "A list that ships with regiongate.",
    required=False,
)
FILE = Key(
    "file",
    CSV_FILE,
    "A CSV file beside the policy, with the header `region` or `region,how,note`.",
    required=False,
)
TERRITORIES = Key(
    "territories",
    choice("a rule for territories", tuple(Territories)),
    "Whether a dependent territory is supported with its state (`follow-state`) or only by name.",
)
REASON = Key("reason", SENTENCE, "Why, in a sentence.")
BASIS = Key("basis", SENTENCE, "The legal basis.", required=False)
FROM = Key("from", INSTANT, "From when the change holds; without it, always.", required=False)
UNTIL = Key("until", INSTANT, "When the change ends; without it, never.", required=False)


def _change(regions: Scalar[str], about: str) -> tuple[Key[str], Mapping]:
    named = Key("region", regions, about)
    return named, Mapping((named, REASON, BASIS, FROM, UNTIL))


_PART, _EXCEPT = _change(PART, "The part of a country (ISO 3166-2).")
_ADDED, _ADD = _change(REGION, "The country (ISO 3166-1) or a part of one (ISO 3166-2).")
_REMOVED, _REMOVE = _change(COUNTRY, "The country (ISO 3166-1).")

CHANGES = {
    "except": Key(
        "except", Sequence(_EXCEPT), "Parts of a supported country that are not.", required=False
    ),
    "add": Key("add", Sequence(_ADD), "Regions that are supported beyond the list.", False),
    "remove": Key("remove", Sequence(_REMOVE), "Countries on the list that are not.", False),
}
_REGION = {"except": _PART, "add": _ADDED, "remove": _REMOVED}

SHAPE = Mapping((LIST, FILE, TERRITORIES, *CHANGES.values()), one_of=("list", "file"))

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Said:
    """A change with the place where it stands."""

    change: ListChange
    mark: Mark

    @property
    def start(self) -> datetime:
        """From when it holds."""
        return self.change.start or _EVER


def base_list(section: Section, reader: Reader) -> BaseList | None:
    """The list that the policy begins with, or None when there is none to read."""
    name, file = section.find(LIST), section.find(FILE)
    if name is not None:
        return lists.shipped(name.value)
    return None if file is None else lists.beside(file.value, file.mark, reader)


def check(section: Section, base: BaseList | None, reader: Reader) -> None:
    """No change ends before it begins, contradicts another, or changes nothing."""
    said = [said for said in _changes(section) if _runs_forward(said, reader)]
    territories = section.find(TERRITORIES)
    for index, one in enumerate(said):
        twins = [other for other in said if other is not one and _contradict(one, other)]
        if twins and twins[0] in said[:index]:
            _report_twin(one, twins[0], reader)
        elif not twins and base is not None and territories is not None:
            others = tuple(other.change for other in said if other is not one)
            supported = _supported(base, territories.value, others)
            _check_against(supported, one, reader)


def divided(section: Section, base: BaseList | None) -> set[str]:
    """The countries of which the list or a change names a part."""
    regions = {said.change.region for said in _changes(section)}
    regions |= set() if base is None else base.regions
    return {country_of(region) for region in regions if is_subdivision(region)}


def build(section: Section, base: BaseList) -> SupportedList:
    """The supported list of a file without problems."""
    changes = tuple(said.change for said in _changes(section))
    return _supported(base, section.need(TERRITORIES), changes)


def _supported(
    base: BaseList, territories: Territories, changes: tuple[ListChange, ...]
) -> SupportedList:
    return SupportedList(base.name, base.version, base.regions, territories, changes)


def _changes(section: Section) -> Iterator[_Said]:
    for action, key in CHANGES.items():
        for item in section.items(key):
            named = item.value.find(_REGION[action])
            if named is not None:
                change = ListChange(
                    action=action,
                    region=named.value,
                    reason=item.value.get(REASON, ""),
                    basis=item.value.optional(BASIS),
                    start=item.value.optional(FROM),
                    end=item.value.optional(UNTIL),
                )
                yield _Said(change, named.mark)


def _runs_forward(said: _Said, reader: Reader) -> bool:
    end = said.change.end
    if end is None or said.start < end:
        return True
    message = f"The change of {said.change.region} ends before it begins"
    reader.report(said.mark, "dates-out-of-order", message, "mend `from` or `until`")
    return False


def _contradict(one: _Said, other: _Said) -> bool:
    """Two words about one region from one instant, or an exception that is added as well."""
    if one.change.region != other.change.region:
        return False
    actions = {one.change.action, other.change.action}
    overlap = one.change.holds(other.start) or other.change.holds(one.start)
    return one.start == other.start or (actions == {"except", "add"} and overlap)


def _report_twin(one: _Said, twin: _Said, reader: Reader) -> None:
    line, region = twin.mark.line, one.change.region
    if {one.change.action, twin.change.action} == {"except", "add"}:
        message = f"{region} is both added and excepted (line {line})"
        reader.report(one.mark, "list-contradicts-exception", message, "keep one of the two")
    else:
        message = f"{region} is changed twice from the same instant (also on line {line})"
        remedy = "keep one, or give them dates that follow each other"
        reader.report(one.mark, "contradicting-changes", message, remedy)


def _check_against(supported: SupportedList, said: _Said, reader: Reader) -> None:
    """Whether a change changes anything, given the list and all the other changes."""
    region, action = said.change.region, said.change.action
    on_list, rule = supported.supports(region, said.start)
    if action == "add" and on_list and rule in (f"list:{supported.name}", f"add:{region}"):
        message = f"{region} is on the list {supported.name} already"
        reader.report(said.mark, "already-listed", message, "remove the entry")
    elif action == "remove" and not on_list:
        message = f"{region} is not on the list {supported.name}"
        reader.report(said.mark, "not-listed", message, "remove the entry")
    elif action == "except" and not _ever_supports(supported, country_of(region), said):
        message = f"{country_of(region)} is not supported, so {region} cannot be excepted"
        remedy = f"remove the entry, or add {country_of(region)} to the list"
        reader.report(said.mark, "list-contradicts-exception", message, remedy)


def _ever_supports(supported: SupportedList, country: str, said: _Said) -> bool:
    edges = {said.start}
    for change in supported.changes:
        edges |= {edge for edge in (change.start, change.end) if edge is not None}
    return any(supported.supports(country, at)[0] for at in edges if said.change.holds(at))
