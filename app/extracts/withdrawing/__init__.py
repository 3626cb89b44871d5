"""Issued extracts that are withdrawn by staff, because they were issued in error."""
