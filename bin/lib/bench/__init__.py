"""How fast it is. As a command: bin/bench."""
