"""How people and their programs get in: tokens, sessions, one-time logins, and answers kept."""
