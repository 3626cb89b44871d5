"""Feeds for readers who follow what changes."""
