"""Forms that fill in a content file: what they show, what is read from them, and how it is written into the text."""
