"""What differs between two texts of an item."""
