"""Which checks belong to which dialect."""

from __future__ import annotations

from regiongate.conformance.anthropic.table import CHECKS as ANTHROPIC
from regiongate.conformance.check import Check
from regiongate.conformance.openai.table import CHECKS as OPENAI
from regiongate.domain.offer import Speech

TABLES: dict[Speech, tuple[Check, ...]] = {Speech.OPENAI: OPENAI, Speech.ANTHROPIC: ANTHROPIC}
