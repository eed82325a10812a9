"""The seat writer: one writer for each show, one transaction for each batch of commands."""
