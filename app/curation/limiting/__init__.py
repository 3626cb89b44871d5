"""Limits of an editor or reviewer to kinds of texts, topics and languages: who sets them, and how pages ask them."""
