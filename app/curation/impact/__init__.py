"""What a change of the content touches, and what a family would see before and after it."""
