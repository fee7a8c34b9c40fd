"""API keys in logs: a digest or a public prefix may be told, a whole key never."""

from __future__ import annotations

PUBLIC = 16
"""The longest text that is taken for a digest's short form or a public prefix, in characters.

It is as long as the short form that our gateway logs; keys of the providers that we know are
twice as long or more.
"""

PUBLIC_KEY = f"""
CREATE OR REPLACE TEMP MACRO public_key(k) AS CASE
  WHEN k IS NULL OR k = '' THEN NULL
  WHEN length(k) <= {PUBLIC} THEN k
  ELSE left(sha256(k), {PUBLIC})
END
"""
"""What is kept of a key: itself when it is short, else the first 16 digits of its SHA-256.

That is the short form by which the gateway's log names the same key.
"""
