"""A loopback stand-in for the parts of the X API v2 that we meet; runs alone: python -m tests.xsim --help."""
