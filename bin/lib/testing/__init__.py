"""bin/test: what it runs, and its pytest plugin."""
