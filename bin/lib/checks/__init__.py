"""What bin/test proves beside the tests, on running servers."""
