"""The page of a revision: what it changes, what is said of it, and every deed from draft to approval."""
