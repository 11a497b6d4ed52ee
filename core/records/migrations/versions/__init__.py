"""One file for each step from the empty database to the newest."""
