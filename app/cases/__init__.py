"""Families that an organisation's volunteers walk with: cases, what was agreed, whom they were sent to."""
