"""Errors that a person can do something about."""

from __future__ import annotations


class ConfigError(Exception):
    """A setting is missing or wrong. The message names the variable and says what is accepted."""
