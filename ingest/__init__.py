"""Files in, documents, passages and expansions out."""
