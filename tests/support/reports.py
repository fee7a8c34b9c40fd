"""Delivery status notifications (RFC 3464), as servers return them."""

from __future__ import annotations


def report(
    notice: str,
    recipient: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    envelope: bool = True,
    number: int = 0,
) -> bytes:
    """A report about one letter; without `envelope` only its headers tell which."""
    general = f"Original-Envelope-Id: {notice}\n" if envelope else ""
    return f"""From: mailer-daemon@relay.example
To: bounces@example.com
Subject: Delivery report {number}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is what happened.

--b
Content-Type: message/delivery-status

{general}Reporting-MTA: dns; relay.example

Original-Recipient: rfc822;{recipient}
Final-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}>: unknown user

--b
Content-Type: text/rfc822-headers

Message-ID: <{notice}@example.com>
Subject: whatever

--b--
""".encode()
