"""The sandbox gateway: signed tokens instead of money."""
