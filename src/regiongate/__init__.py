"""Restricts an API to the regions its provider supports, and explains every decision."""
