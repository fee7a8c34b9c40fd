"""SQL for values that many formats write alike."""

from __future__ import annotations


def instant(text: str) -> str:
    """A time written in ISO 8601, UTC where it has no offset, or as a number since 1970.

    The number of digits says whether it counts seconds, milli-, micro- or nanoseconds; seconds may
    have a fraction.
    """
    return f"coalesce(TRY_CAST({text} AS TIMESTAMPTZ)::TIMESTAMP, since_1970({text}))"


SINCE_1970 = r"""
CREATE OR REPLACE TEMP MACRO since_1970(t) AS CASE
  WHEN regexp_full_match(t, '\d{9,11}') THEN make_timestamp(t::BIGINT * 1000000)
  WHEN regexp_full_match(t, '\d{9,11}\.\d{1,9}')
    THEN make_timestamp(floor(t::DECIMAL(38, 9) * 1000000)::BIGINT)
  WHEN regexp_full_match(t, '\d{12,14}') THEN make_timestamp(t::BIGINT * 1000)
  WHEN regexp_full_match(t, '\d{15,17}') THEN make_timestamp(t::BIGINT)
  WHEN regexp_full_match(t, '\d{18,19}') THEN make_timestamp(t::BIGINT // 1000)
END
"""


def said(text: str) -> str:
    """A text, null where it is empty or the dash that stands for nothing."""
    return f"nullif(nullif({text}, ''), '-')"


def apache_time(text: str) -> str:
    """A time such as `10/Oct/2000:13:55:36 -0700`."""
    return f"try_strptime({text}, '%d/%b/%Y:%H:%M:%S %z')::TIMESTAMPTZ::TIMESTAMP"


def count(text: str) -> str:
    """A whole number."""
    return f"TRY_CAST({text} AS BIGINT)"
