"""What comes back: delivery status notifications (RFC 3464) → which notice did not arrive."""
