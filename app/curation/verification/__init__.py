"""Verification: what calls and pages tell of each fact, what to look at next, and a body’s own word on its card."""
