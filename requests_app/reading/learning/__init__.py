"""Training of the reader's model; not used when posts are read."""
