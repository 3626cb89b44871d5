"""The family's own page: what is kept, who has it, what it agreed to, and who has seen it."""
