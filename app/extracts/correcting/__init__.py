"""Correction requests: the register holds nothing, or something wrong, and a family says what may be the cause."""
