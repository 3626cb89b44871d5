"""What is written in a case: notes, which helpers alone read, and messages between helpers and the family."""
