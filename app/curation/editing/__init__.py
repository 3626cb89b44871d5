"""Writing a text in the browser: the editor, its check, and what happens where two people write."""
