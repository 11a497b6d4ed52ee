"""Files that people hand in, read in a worker process that may be lost without loss."""
