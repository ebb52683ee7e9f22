"""What the page of the conversation is made of."""
