"""The list of content: every item with where it stands, its history, and its retirement."""
