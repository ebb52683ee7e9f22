"""Cases in, outcomes, metrics and reports out."""
