"""The registrars' desk: the queue, the page of a request, its decision, and the extract that is issued."""
