"""Content files to values: reading, safe Markdown, sources. Items are text at a path; a `Library` is one edition."""
