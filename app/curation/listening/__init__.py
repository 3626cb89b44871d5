"""What readers say of a page: something is wrong, it was what they needed or not; and what comes of it."""
