"""Guidance: articles and the glossary."""
