"""“Who has seen my data”: what the audit record holds on one request, in words for its applicant."""
