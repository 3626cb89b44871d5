"""What is counted without following anybody: queries without an answer, questions of the route."""
