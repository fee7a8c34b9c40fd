"""The audit trail, looked at: is it whole, what does it say, and a copy for others to check."""
