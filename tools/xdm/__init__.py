"""IHE XDM: documents with their metadata in a zip, as Direct messages carry them."""
