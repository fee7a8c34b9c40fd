"""Links that stand for a login: what they say, until when, signed."""
