"""Invented requests of the demonstration, each at another stage of its answer."""
