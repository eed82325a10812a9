"""What proves it: each program here asks a running stack through the doors that a user has."""
