"""Copies of a family's papers that its case keeps: for requests on its behalf, and so that nothing is asked twice."""
