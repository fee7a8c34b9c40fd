"""Which labels of a source name a region, and which are no vote.

Sources write codes that ISO 3166-1 does not know: for a continent (`EU`, `AP`), a proxy (`A1`),
an unknown place (`??`, `XX`, `ZZ`), a country that is gone (`AN`). Guessing what they mean would
invent a vote, so they count as none.
"""

from __future__ import annotations

from regiongate.domain.region import country_of, is_region_shape

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


def is_label(label: str) -> bool:
    """Whether a label is written as sources write codes, of a place or not; `France` is not."""
    code = len(label) == 2 and label.isascii() and label.isalnum() and label.upper() == label
    return code or label in UNKNOWN_LABELS or is_region_shape(label)
