"""The journey in a browser, as its users walk it. As a command: bin/demo."""
