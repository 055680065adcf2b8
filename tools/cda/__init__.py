"""Clinical documents from outside (HL7 CDA R2: C-CDA, CCD, C32), read and shown.

Everything that comes in is hostile until proved otherwise. `parse.read` makes a small frozen model
of the bytes, or raises `parse.Unreadable`; `html.render` shows it, `entries` offers its problems,
medications and allergies. No function here writes, fetches or runs anything.
"""
