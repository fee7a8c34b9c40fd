"""Surveys: who uses the API from where, shown, kept, followed, and judged by another policy."""
