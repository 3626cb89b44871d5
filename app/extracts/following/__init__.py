"""A filed request as its applicant follows it."""
