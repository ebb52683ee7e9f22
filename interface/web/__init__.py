"""What stands between the network and the pages, one check a module."""
