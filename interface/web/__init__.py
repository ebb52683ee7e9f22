"""What stands around the pages: connections, the queue of questions, the log, the end."""
