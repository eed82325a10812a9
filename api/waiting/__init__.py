"""Waiting for seats of a show that has none: the line, and what is offered to who stands in it."""
