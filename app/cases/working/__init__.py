"""The plan of one family worked through with it: steps and own tasks, notes and messages, papers, and what is due."""
