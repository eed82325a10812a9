"""A customer's seats: held, paid, confirmed, given back."""
