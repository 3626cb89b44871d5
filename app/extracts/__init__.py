"""Requests for extracts: who asks, about whom, with which papers, and what comes of it."""
