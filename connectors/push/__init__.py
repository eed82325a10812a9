"""The other door: single facts and batches over HTTP, signed as Standard Webhooks say.

batch      a push's body → lines (pure)
signature  is it from whom it says, and fresh
take       all that happens to a push, from its signature to its answer
door       HTTP
"""
