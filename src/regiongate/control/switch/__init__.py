"""Switching: what an organization that must leave can go to, at what cost, and how."""
