"""What stands between the network and the pages: connections, checks, turns and quotas, the log, the end."""
