"""XDM: documents in a zip, with metadata (IHE ITI TF-1:16 and TF-2: 3.32)."""
