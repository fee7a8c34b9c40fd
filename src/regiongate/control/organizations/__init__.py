"""Organizations: brought in from the books, looked at, and erased."""
