"""Every file that comes: what it is, what is in it, and reading it where it can do no harm."""
