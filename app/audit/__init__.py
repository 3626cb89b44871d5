"""The audit record: every read and write of personal data, append-only and chained."""
