"""What changes, told to those who look at it: seat maps and times, as server-sent events."""
