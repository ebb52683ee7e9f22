"""What the page of the documents is made of."""
