"""What is due in all cases that somebody helps with."""
