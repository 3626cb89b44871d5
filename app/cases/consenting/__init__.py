"""Consent as an enforced record: what a family lets travel, to whom, for what, until when, and how it said so."""
