"""Where requests of relatives contradict one another: none of them is decided before a supervisor has ruled."""
