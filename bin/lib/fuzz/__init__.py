"""Hypothesis, for as long as one likes. As a command: bin/fuzz."""
