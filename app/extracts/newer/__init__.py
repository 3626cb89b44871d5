"""Issued extracts whose entry has changed since: marked, and their holders told where they agreed to it."""
