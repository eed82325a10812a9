"""Customers, their sessions, and the keys of theatres."""
