"""Issued documents: what an extract says, how it is laid out, its signature, and the check of a file."""
