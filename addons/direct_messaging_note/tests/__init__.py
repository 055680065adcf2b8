from . import test_meaning, test_note
