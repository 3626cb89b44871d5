"""How approved texts become live: now, together, or at a moment."""
