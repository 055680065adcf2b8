"""All that people read: the .pot files, and one file to review. As a command: bin/strings."""
