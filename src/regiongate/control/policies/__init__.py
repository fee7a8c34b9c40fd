"""Policies as people change them: one writes, everybody sees what it brings, another publishes."""
