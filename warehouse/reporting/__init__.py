"""The report pages: what is asked for them, how it is drawn, where it is written."""
