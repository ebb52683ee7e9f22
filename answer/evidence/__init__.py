"""What answers a question among the passages found: read, chosen, and how sure that is."""
