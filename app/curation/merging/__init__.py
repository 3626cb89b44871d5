"""Texts that somebody else has changed meanwhile: by publishing, or by an upgrade."""
