"""What the outbox could not send, for staff."""
