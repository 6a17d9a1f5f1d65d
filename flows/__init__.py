"""The edges: files in, exports out, when things run, and the command line."""
