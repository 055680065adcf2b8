"""Each message exactly once, whatever breaks. As a command: bin/chaos."""
