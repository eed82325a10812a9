"""What browsing reads: one document a show in OpenSearch, kept up to date by events."""
