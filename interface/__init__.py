"""What Gradio shows: one file a page."""
