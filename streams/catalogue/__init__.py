"""The catalogue's writer: venues, theatres, movies, shows and offers, one transaction a batch."""
