"""Beginning a step of the route: its files and its place in a situation, as drafts that belong together."""
