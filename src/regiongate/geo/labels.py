"""Which labels of a source name a region, and which are no vote.

Sources write codes that ISO 3166-1 does not know: for a continent (`EU`, `AP`), a proxy (`A1`),
an unknown place (`??`, `XX`, `ZZ`), a country that is gone (`AN`). Guessing what they mean would
invent a vote, so they count as none.
"""

from __future__ import annotations

from regiongate.domain.region import country_of, is_region_shape, is_subdivision
from regiongate.geo.formats.raw import Fault, Label
from regiongate.geo.formats.rejects import shown

_ASSIGNED = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
    VN VU WF WS YE YT ZA ZM ZW
"""
ISO_COUNTRIES = frozenset(_ASSIGNED.split())
"""The 249 officially assigned codes of ISO 3166-1 alpha-2."""

UNKNOWN_LABELS = frozenset({"", "-", "??"})
"""How sources that have no code for an unknown place leave it out."""


def is_region(label: str) -> bool:
    """Whether a label is an ISO 3166-1 code, or an ISO 3166-2 code within such a country."""
    return is_region_shape(label) and country_of(label) in ISO_COUNTRIES


def region_of(label: Label) -> str | None:
    """The region that a label names, None when it names none.

    The first text is the code of a country or of a part of one. A second text names the part, with
    the country (`UA-43`) or without it (`43`); where it is written otherwise, as a name is, the
    label is of the country.
    """
    country = label[0]
    for part in label[1:2]:
        region = part if part.startswith(f"{country}-") else f"{country}-{part}"
        if is_subdivision(region) and is_region(region):
            return region
    return country if is_region(country) else None


def region_fault(label: Label) -> Fault | None:
    """What is wrong with a label that should name a region, or have a code that names none."""
    code = label[0]
    two = len(code) == 2 and code.isascii() and code.isalnum() and code.upper() == code
    if two or code in UNKNOWN_LABELS or is_region_shape(code):
        return None
    remedy = "write ISO 3166-1 (FR) or 3166-2 (UA-43), in capitals"
    return Fault("bad-region", f"{shown(code)} is no region code", remedy)
