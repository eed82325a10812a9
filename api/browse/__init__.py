"""What is on, from OpenSearch through a cache that outlives it."""
