"""What is on, from the memory of this process; which movies a text means, from OpenSearch."""
