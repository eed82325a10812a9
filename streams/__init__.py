"""The writers: Faust agents that turn commands and facts into events, rows and documents.

`seats` decides who sits where, `catalogue` what is on, `search` keeps what browsing reads.
"""
