"""Asking for an extract on a family's behalf: from its case, with proof of authority, followed from there."""
