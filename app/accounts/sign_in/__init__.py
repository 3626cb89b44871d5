"""Signing in and out: password, second factor, recovery, one's own sign-ins."""
