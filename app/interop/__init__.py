"""The site's content for other programs."""
