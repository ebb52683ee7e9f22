"""Runs of `eval` in, the pieces of the evaluation page out. Imported when a visitor comes: `eval` takes seconds to import."""
