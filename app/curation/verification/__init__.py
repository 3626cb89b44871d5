"""Verification: what was found when a number was called or a page was seen, what to look at next, and a body's own word."""
