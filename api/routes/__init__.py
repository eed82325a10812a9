"""HTTP under /api/v1 and beside it: what may be asked, in which words, and how it is answered."""
