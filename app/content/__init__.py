"""Content files to values: reading, safe Markdown, sources, checks. Items are text at a path; a `Library` holds one edition."""
