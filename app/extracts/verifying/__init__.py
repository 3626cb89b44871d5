"""What an office asks that was shown an extract: does it hold, and is this file the one that was issued."""
