"""Whom the town of the browser tests knows: organizations, and from where they call."""

from __future__ import annotations

from dataclasses import dataclass

from regiongate.domain.case import CaseState


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """An organization: its id, name and language, from where it calls, and how its case stands."""

    id: str
    name: str
    language: str
    region: str
    network: str
    state: CaseState | None = None
    daily: int = 100


NETWORKS = {
    "CN": "1.2.4.0/24",
    "HK": "1.64.0.0/24",
    "RU": "77.88.8.0/24",
    "IR": "5.160.0.0/24",
    "BY": "93.84.112.0/24",
    "SY": "5.0.0.0/24",
    "VE": "186.88.0.0/24",
    "KP": "175.45.176.0/24",
    "CU": "152.206.0.0/24",
    "FR": "212.27.48.0/24",
    "DE": "5.9.0.0/24",
    "US": "8.8.8.0/24",
    "GB": "81.2.69.0/24",
    "JP": "203.178.0.0/24",
    "IN": "49.32.0.0/24",
    "BR": "200.160.0.0/24",
    "AU": "1.128.0.0/24",
    "ZA": "105.0.0.0/24",
    "MX": "187.128.0.0/24",
    "CA": "24.48.0.0/24",
    "NG": "105.112.0.0/24",
    "KR": "1.208.0.0/24",
    "SE": "78.64.0.0/24",
    "KE": "41.80.0.0/24",
}
"""A network of each region."""

UNSUPPORTED = ("CN", "HK", "RU", "IR", "BY", "SY", "VE", "KP", "CU")

STRANGE = (
    ("hostile-img", "<img src=x onerror=alert(1)>", "en"),
    ("hostile-script", '"><script>alert("x")</script>', "en"),
    ("hostile-sql", "Robert'); DROP TABLE case_file;--", "en"),
    ("hostile-template", "{{ 7 * 7 }} ${7*7} %7B%7B", "en"),
    ("hostile-long", "Donaudampfschifffahrtsgesellschaftskapitän" * 4, "en"),
)
"""Names that somebody chose in the hope that one of our pages believes them."""

_NAMED = (
    ("arman-data", "شرکت داده‌پردازی آرمان", "fa", "IR"),
    ("peking-models", "北京示例科技有限公司", "zh", "CN"),
    ("volga-labs", "ООО «Волга Лаб»", "ru", "RU"),  # noqa: RUF001
    ("caracas-ia", "Compañía de Inteligencia Caraqueña", "es", "VE"),
    ("harbour-chat", "Harbour Chat Ltd", "en", "HK"),
    ("minsk-soft", "Минск Софт", "ru", "BY"),
)
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "jade")
_KINDS = ("Analytics", "Robotics", "Health", "Press", "Studio")
_STATES = (
    *(CaseState.RESTRICTED,) * 3,
    CaseState.SUSPENDED,
    CaseState.SUSPENSION_PROPOSED,
    CaseState.EXEMPT,
    CaseState.RELEASED,
    CaseState.FOUND,
    CaseState.NOTICED,
    CaseState.REMINDED,
)


def inhabitants() -> list[Inhabitant]:
    """All of them, those with a case first; always the same."""
    named = [(*one, state) for one, state in zip(_NAMED, _STATES, strict=False)]
    strange = [(*one, "CN", CaseState.RESTRICTED) for one in STRANGE]
    several = [
        (
            f"{word}-{kind.lower()}",
            f"{word.title()} {kind}",
            ("en", "zh", "ru", "fa", "es")[number % 5],
            UNSUPPORTED[number % len(UNSUPPORTED)],
            _STATES[number % len(_STATES)],
        )
        for number, (word, kind) in enumerate((w, k) for k in _KINDS[:4] for w in _WORDS)
    ]
    found = [
        Inhabitant(id, name, language, region, NETWORKS[region], state, 40 + 37 * number % 400)
        for number, (id, name, language, region, state) in enumerate([*named, *strange, *several])
    ]
    allowed = [region for region in NETWORKS if region not in UNSUPPORTED]
    quiet = [
        Inhabitant(f"fine-{region.lower()}", f"Fine {region}", "en", region, NETWORKS[region],
                   None, 500 + 211 * number % 1700)
        for number, region in enumerate(allowed)
    ]  # fmt: skip
    return [*found, *quiet]
