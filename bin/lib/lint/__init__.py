"""What bin/lint checks beside the usual tools: the direction of the wings, the size of files."""
