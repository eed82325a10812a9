"""The theatre's side: its shows, its inventory, its sales."""
